"""What the server must remember across its processes but keep out of the deployment's database."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from .process import ProcessId
from .store import sqlite
from .store.errors import StoreUnavailable

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

_BUSY_SECS = 5.0
_KEEP_USED_SECS = 60.0
"""Longer than the leeway with which an expired token is still accepted."""

_TABLES = """
    CREATE TABLE IF NOT EXISTS used_tokens (jti TEXT PRIMARY KEY, expires_at REAL NOT NULL);
    CREATE TABLE IF NOT EXISTS live_calls (
        meeting_id TEXT NOT NULL, pid INTEGER NOT NULL, born TEXT NOT NULL,
        PRIMARY KEY (meeting_id, pid, born)
    );
"""


class LocalState:
    """Used tokens and live meetings in an SQLite file of our own, shared by all worker processes.

    One thread of its own does the work, so the event loop never waits for the disk.

    Raises:
        StoreUnavailable: from every method, when the file cannot be used.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        self._me = ProcessId.own()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="local-state")

    @classmethod
    def open(cls, path: Path) -> "LocalState":
        """Open the file, made at need and readable by its owner only."""
        try:
            # Before SQLite opens it, whose files beside it (-wal, -shm) take over this mode.
            path.touch(mode=0o600)
            path.chmod(0o600)
            connection = _connect(path)
        except OSError as error:
            raise StoreUnavailable(f"{path}: {error.strerror}; make its folder writable") from error
        except sqlite3.Error as error:
            raise StoreUnavailable(sqlite.what_is_wrong(str(path), error)) from error
        return cls(path, connection)

    async def close(self) -> None:
        """Let go of the file."""
        await self._do(self._connection.close)
        self._thread.shutdown(wait=False)

    async def use_token(self, jti: str, expires_at: datetime) -> bool:
        """Use the token up: True for exactly one caller, in whichever process and thread."""
        return await self._do(lambda: self._use(jti, expires_at.timestamp()))

    async def give_token_back(self, jti: str) -> None:
        """The call that the token was used for did not come about."""
        await self._do(lambda: self._connection.execute("DELETE FROM used_tokens WHERE jti = ?", (jti,)))

    async def token_was_used(self, jti: str) -> bool:
        """Whether somebody connected with it, as long as it has not expired."""
        query = "SELECT 1 FROM used_tokens WHERE jti = ?"
        return await self._do(lambda: self._connection.execute(query, (jti,)).fetchone() is not None)

    async def call_started(self, meeting_id: str, also: Work[None] | None = None) -> None:
        """A call of the meeting runs in this process; `also` becomes durable with it."""
        row = (meeting_id, self._me.pid, self._me.born)

        def started(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR IGNORE INTO live_calls VALUES (?, ?, ?)", row)
            if also:
                also(connection)

        await self.transact(started)

    async def call_over(self, meeting_id: str, if_last: Work[None] | None = None) -> None:
        """The meeting is over for this process and for those that died with it.

        `if_last` becomes durable with it, unless another live process has a call of the meeting.
        """

        def over(connection: sqlite3.Connection) -> None:
            self._forget(meeting_id)
            if if_last and not self._processes(meeting_id):
                if_last(connection)

        await self.transact(over)

    async def abandoned(self) -> list[str]:
        """Meetings whose processes are all dead, for a starting server to close."""
        return await self._do(self._abandoned)

    async def transact(self, work: Work[T]) -> T:
        """Do `work` on the file as one transaction, whole or not at all."""
        return await self._do(lambda: self._transact(work))

    def _transact(self, work: Work[T]) -> T:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(self._connection)
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        return result

    def _use(self, jti: str, expires_at_secs: float) -> bool:
        oldest = time.time() - _KEEP_USED_SECS
        self._connection.execute("DELETE FROM used_tokens WHERE expires_at < ?", (oldest,))
        used = self._connection.execute(
            "INSERT OR IGNORE INTO used_tokens VALUES (?, ?)", (jti, expires_at_secs)
        )
        return used.rowcount == 1

    def _forget(self, meeting_id: str) -> None:
        for process in self._processes(meeting_id):
            if process == self._me or not process.is_alive():
                self._connection.execute(
                    "DELETE FROM live_calls WHERE meeting_id = ? AND pid = ? AND born = ?",
                    (meeting_id, process.pid, process.born),
                )

    def _abandoned(self) -> list[str]:
        meetings = self._connection.execute("SELECT DISTINCT meeting_id FROM live_calls").fetchall()
        return [
            meeting_id
            for (meeting_id,) in meetings
            if not any(process.is_alive() for process in self._processes(meeting_id))
        ]

    def _processes(self, meeting_id: str) -> list[ProcessId]:
        query = "SELECT pid, born FROM live_calls WHERE meeting_id = ?"
        return [ProcessId(*row) for row in self._connection.execute(query, (meeting_id,)).fetchall()]

    async def _do(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.Error as error:
            raise StoreUnavailable(sqlite.what_is_wrong(str(self._path), error)) from error


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECS, isolation_level=None, check_same_thread=False)
    try:
        sqlite.configure(connection)
        sqlite.patiently(lambda: connection.executescript(_TABLES))
    except sqlite3.Error:
        connection.close()
        raise
    return connection
