"""Meetings on their way to whoever gets them, in our own state file: a job outlives its process.

Every meeting with a call has one row, from its first call on; once it is over, the row is a job that
is due, until it has been delivered or given up.
"""

import sqlite3
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from ..local_state import LocalState
from ..process import ProcessId
from .finished import EndedBy

_TABLE = """
    CREATE TABLE IF NOT EXISTS after_call (
        meeting_id TEXT PRIMARY KEY, agent TEXT NOT NULL, user TEXT NOT NULL, started_at REAL NOT NULL,
        ended_at REAL, ended_by TEXT,
        due_at REAL, tries INTEGER NOT NULL DEFAULT 0,
        pid INTEGER, born TEXT
    )
"""
_BEGIN = """
    INSERT INTO after_call (meeting_id, agent, user, started_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (meeting_id) DO UPDATE SET agent = excluded.agent, user = excluded.user
"""
_END = """
    UPDATE after_call SET ended_at = :now, ended_by = :ended_by, due_at = :now
    WHERE meeting_id = :meeting_id AND ended_at IS NULL
"""
_DUE = """
    SELECT meeting_id, agent, user, started_at, ended_at, ended_by, tries, pid, born FROM after_call
    WHERE due_at <= ? ORDER BY due_at
"""
_CLAIM = "UPDATE after_call SET pid = ?, born = ?, tries = tries + 1 WHERE meeting_id = ?"
_LATER = "UPDATE after_call SET pid = NULL, born = NULL, due_at = ? WHERE meeting_id = ?"
_LET_GO = "UPDATE after_call SET pid = NULL, born = NULL WHERE pid = ? AND born = ?"
_DELETE = "DELETE FROM after_call WHERE meeting_id = :meeting_id"
_FORGET = f"{_DELETE} AND ended_at IS NULL"
_NEXT = "SELECT MIN(due_at) FROM after_call WHERE pid IS NULL"


@dataclass(frozen=True)
class Job:
    """A meeting that is over and that this process is to hand on now."""

    meeting_id: str
    agent: str
    user: str
    started_at: datetime
    ended_at: datetime
    ended_by: EndedBy
    tries: int
    """This one included."""

    @property
    def age_secs(self) -> float:
        """How long ago the meeting was over."""
        return (datetime.now(UTC) - self.ended_at).total_seconds()


class Jobs:
    """The rows of the state file that all processes share.

    Raises:
        StoreUnavailable: from every method, when the file cannot be used.
    """

    def __init__(self, local: LocalState) -> None:
        self._local = local
        self._me = ProcessId.own()

    async def prepare(self) -> None:
        """Make the table, if there is none yet."""
        await self._local.transact(lambda connection: connection.execute(_TABLE))

    async def begin(self, meeting_id: str, agent: str, user: str) -> None:
        """A call of this meeting has begun; the first one sets the time, the last one the rest."""
        row = (meeting_id, agent, user, time.time())

        def begin(connection: sqlite3.Connection) -> None:
            connection.execute(_BEGIN, row)

        await self._local.call_started(meeting_id, also=begin)

    async def end(self, meeting_id: str, ended_by: EndedBy, *, wanted: bool) -> None:
        """The last call of the meeting is over: its job is due, if anybody wants it.

        While another live process has a call of it nothing is due: that one ends it.
        """

        def end(connection: sqlite3.Connection) -> None:
            told = {"meeting_id": meeting_id, "ended_by": ended_by, "now": time.time()}
            connection.execute(_END if wanted else _FORGET, told)

        await self._local.call_over(meeting_id, if_last=end)

    async def claim(self) -> Job | None:
        """The job that has been due for longest, for this process alone until it lets go or dies."""
        return await self._local.transact(self._claim)

    async def later(self, meeting_id: str, pause_secs: float) -> None:
        """Not delivered: anybody may try again after a pause."""
        due_at = time.time() + pause_secs
        await self._local.transact(lambda connection: connection.execute(_LATER, (due_at, meeting_id)))

    async def let_go(self) -> None:
        """At the end of the process: what it has claimed is for the next one, at once."""
        me = (self._me.pid, self._me.born)
        await self._local.transact(lambda connection: connection.execute(_LET_GO, me))

    async def done(self, meeting_id: str) -> None:
        """Delivered or given up."""
        await self._local.transact(lambda connection: connection.execute(_DELETE, {"meeting_id": meeting_id}))

    async def next_due_secs(self) -> float | None:
        """How long until a job is due that nobody has claimed; None if there is none."""
        (due_at,) = await self._local.transact(lambda connection: connection.execute(_NEXT).fetchone())
        return None if due_at is None else max(0.0, due_at - time.time())

    def _claim(self, connection: sqlite3.Connection) -> Job | None:
        for row in connection.execute(_DUE, (time.time(),)):
            meeting_id, agent, user, started_at, ended_at, ended_by, tries, pid, born = row
            if pid is None or not ProcessId(pid, born).is_alive():
                connection.execute(_CLAIM, (self._me.pid, self._me.born, meeting_id))
                times = _utc(started_at), _utc(ended_at)
                return Job(meeting_id, agent, user, *times, ended_by, tries + 1)
        return None


def _utc(secs: float) -> datetime:
    return datetime.fromtimestamp(secs, UTC)
