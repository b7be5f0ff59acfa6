"""What a database's error means, and what of it may be told: never a row, never a password."""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, TimeoutError

from .errors import StoreUnavailable

_REFUSED = {"21", "22", "23", "27", "44", "54", "P0"}
"""Classes of SQLSTATE that blame the row: its values, a constraint, a trigger that raised."""

_TELLABLE = {"08", "25", "28", "3D", "40", "42", "53", "55", "57", "58"}
"""Classes whose message names tables, roles and databases only."""


def is_refused(error: Exception) -> bool:
    """Whether the database will never take this row, however often it is tried."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, UnicodeEncodeError)
    return isinstance(error, IntegrityError | DataError) or sqlstate(error)[:2] in _REFUSED


def concerns_all(error: Exception) -> bool:
    """Whether nothing else will work now either: the connection failed, or a table or a right is missing."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or sqlstate(error)[:2] in {"", "25", "42"}
    return isinstance(error, TimeoutError | StoreUnavailable)


def sqlstate(error: Exception) -> str:
    """PostgreSQL's code for the error; empty for SQLite, and where no server said anything."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""


def reason(error: Exception) -> str:
    """A few words for the log."""
    original = getattr(error, "orig", None)
    code, name = sqlstate(error), type(error).__name__
    if code[:2] in _TELLABLE:
        return str(getattr(original, "diag").message_primary)  # noqa: B009 - psycopg may not be installed
    if code:
        constraint = getattr(original, "diag").constraint_name  # noqa: B009
        return f"{name} {code}" + (f" of constraint {constraint}" if constraint else "")
    if isinstance(error, DBAPIError) and error.statement is None:
        return f"{name}: {str(original).strip().splitlines()[0]}" if str(original).strip() else name
    return name
