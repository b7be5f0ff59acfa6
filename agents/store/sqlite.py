"""How we open an SQLite file: the deployment's database and our own state."""

import sqlite3
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

OPEN_WAIT_SECS = 10.0
_RETRY_SECS = 0.02

_WHAT_TO_DO = {
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; make its folder, or name another file",
    sqlite3.SQLITE_READONLY: "it is read-only; make the file and its folder writable, or name another file",
    sqlite3.SQLITE_NOTADB: "it is not an SQLite database; move it away, or name another file",
    sqlite3.SQLITE_CORRUPT: "it is damaged; restore it from a copy, or name another file",
    sqlite3.SQLITE_BUSY: "another program keeps it locked; end that program, or name another file",
    sqlite3.SQLITE_FULL: "the disk is full; free some space",
}


def configure(connection: sqlite3.Connection) -> None:
    """Make what is committed survive a power cut, and let readers go on while somebody writes."""
    patiently(lambda: connection.execute("PRAGMA journal_mode = WAL"))
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def patiently(step: Callable[[], T]) -> T:
    """Repeat `step` while the file is locked, for `OPEN_WAIT_SECS` at most.

    SQLite's own busy timeout does not cover the change to WAL: of two processes that open a new
    file at once, one is told at once that it is locked.
    """
    deadline = time.monotonic() + OPEN_WAIT_SECS
    while True:
        try:
            return step()
        except Exception as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECS)


def what_is_wrong(path: str, error: Exception) -> str:
    """The sentence for a file that cannot be used; takes SQLite's error or SQLAlchemy's around it."""
    advice = _WHAT_TO_DO.get(_code(error), "it cannot be used; check the file and its folder")
    return f"{path}: {advice}"


def _code(error: Exception) -> int:
    extended = getattr(getattr(error, "orig", error), "sqlite_errorcode", 0)
    return extended & 0xFF
