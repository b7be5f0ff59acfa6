"""The engine behind the store: what differs between databases is here and nowhere else."""

import sqlite3
from typing import Any

from sqlalchemy import URL, Connection, Engine, MetaData, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from . import postgres, sqlite
from .address import parse_address
from .errors import StoreUnavailable
from .tables import ChunkRow, MeetingRow

SQLITE_BUSY_SECS = 0.5
"""How long one try waits for a lock; after it the writer says that it is in trouble and tries again."""

WRITES = {"turnwise_writes": True}
"""Execution options of a connection that is going to write."""


def open_engine(url: str) -> Engine:
    """The engine for `url`; on SQLite with its tables there. Never connects to a server.

    Raises:
        StoreUnavailable: no such file, driver or kind of database.
    """
    parsed = parse_address(url)
    return open_sqlite(parsed) if parsed.drivername == "sqlite" else postgres.open_engine(parsed)


def open_sqlite(url: URL, more: MetaData | None = None) -> Engine:
    """The engine for a file, with our two tables in it and those of `more`.

    Raises:
        StoreUnavailable: the file cannot be made or used.
    """
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": SQLITE_BUSY_SECS})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    try:
        sqlite.patiently(lambda: _create_tables(engine, more))
    except DBAPIError as error:
        engine.dispose()
        raise StoreUnavailable(sqlite.what_is_wrong(str(url.database), error)) from error
    return engine


def _create_tables(engine: Engine, more: MetaData | None) -> None:
    with engine.execution_options(**WRITES).begin() as connection:
        tables = [SQLModel.metadata.tables[str(row.__tablename__)] for row in (MeetingRow, ChunkRow)]
        SQLModel.metadata.create_all(connection, tables=tables)
        if more is not None:
            more.create_all(connection)


def _configure(connection: sqlite3.Connection, _record: Any) -> None:
    # Python's own implicit BEGIN is deferred: two processes could read the same last number.
    connection.isolation_level = None
    sqlite.configure(connection)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().keys() >= WRITES.keys()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
