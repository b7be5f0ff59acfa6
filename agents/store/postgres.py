"""How we open a PostgreSQL database: with limits, so that a server that is stuck holds nobody for long."""

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from .address import BadAddress

CONNECT_SECS = 2
STATEMENT_SECS = 2.0
"""Then the server itself stops the statement."""
LOCK_SECS = 1.0
"""How long a statement waits for rows that another program keeps locked."""
ANSWER_SECS = 3.0
"""Then we cut the connection: the server is so stuck that it does not even stop the statement."""

# Set for each transaction and not for the connection, which a pooler between us may share out.
_SETTINGS = {
    "statement_timeout": f"'{STATEMENT_SECS * 1_000:.0f}'",
    "lock_timeout": f"'{LOCK_SECS * 1_000:.0f}'",
    "TimeZone": "'UTC'",
    # What is committed must be on disk before we forget it, whatever the deployment prefers for itself.
    "synchronous_commit": "replace(current_setting('synchronous_commit'), 'off', 'on')",
}
_SET = "SELECT " + ", ".join(f"set_config('{name}', {value}, true)" for name, value in _SETTINGS.items())

_FALLBACKS: dict[str, Any] = {
    "connect_timeout": CONNECT_SECS,
    "application_name": "turnwise",
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "prepare_threshold": None,  # a pooler may hand the next transaction to another server process
}


def open_engine(url: URL) -> Engine:
    """The engine for a PostgreSQL address; connects with the first question, not here.

    Raises:
        BadAddress: an option that there isn't, or the driver is not installed.
    """
    try:
        import psycopg
        from psycopg.conninfo import make_conninfo
    except ImportError:
        raise BadAddress(
            "the driver for PostgreSQL is not installed", "install the extra turnwise[postgres]"
        ) from None
    try:
        options: dict[str, Any] = dict(url.query)
        make_conninfo(**url.translate_connect_args(username="user", database="dbname"), **options)
    except (psycopg.Error, TypeError, ValueError):
        raise BadAddress("has an option that PostgreSQL does not know", "take it out") from None
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"), hide_parameters=True, use_native_hstore=False
    )
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(_SET)


def _connect(_dialect: object, _record: object, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    from .psycopg_connection import BoundedConnection

    return BoundedConnection.connect(*args, **{**_FALLBACKS, **options})
