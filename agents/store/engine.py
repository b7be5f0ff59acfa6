"""The engine behind the store: what differs between databases is here and nowhere else."""

import sqlite3
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlmodel import SQLModel

from . import sqlite
from .errors import StoreUnavailable
from .tables import ChunkRow, MeetingRow

SQLITE_BUSY_SECS = 0.5
"""How long one try waits for a lock; after it the writer says that it is in trouble and tries again."""

_URL_SENTENCE = (
    "database.url: not a database that can be used; "
    "write sqlite:///turnwise.db or postgresql://user@host/name"
)

WRITES = {"turnwise_writes": True}
"""Execution options of a connection that is going to write."""


def open_engine(url: str) -> Engine:
    """The engine for `url`; on SQLite with its tables there. Never connects to a server.

    Raises:
        StoreUnavailable: no such file, driver or kind of database.
    """
    parsed = _parse(url)
    if parsed.drivername == "sqlite":
        return _open_sqlite(parsed)
    try:
        return create_engine(parsed, hide_parameters=True)
    except ImportError as error:
        raise StoreUnavailable(f"database.url: no driver for {parsed.drivername} is installed") from error


def is_embedded(engine: Engine) -> bool:
    """Whether the tables are ours to create and fill."""
    return engine.dialect.name == "sqlite"


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreUnavailable(_URL_SENTENCE) from None
    if parsed.drivername not in {"sqlite", "postgresql"} or parsed.database in {None, "", ":memory:"}:
        raise StoreUnavailable(_URL_SENTENCE)
    return parsed


def _open_sqlite(url: URL) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": SQLITE_BUSY_SECS})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    try:
        sqlite.patiently(lambda: _create_tables(engine))
    except DBAPIError as error:
        engine.dispose()
        raise StoreUnavailable(sqlite.what_is_wrong(str(url.database), error)) from error
    return engine


def _create_tables(engine: Engine) -> None:
    with engine.execution_options(**WRITES).begin() as connection:
        tables = [SQLModel.metadata.tables[str(row.__tablename__)] for row in (MeetingRow, ChunkRow)]
        SQLModel.metadata.create_all(connection, tables=tables)


def _configure(connection: sqlite3.Connection, _record: Any) -> None:
    # Python's own implicit BEGIN is deferred: two processes could read the same last number.
    connection.isolation_level = None
    sqlite.configure(connection)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().keys() >= WRITES.keys()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
