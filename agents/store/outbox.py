"""A file of our own in front of a database that others run: what was said is safe here first.

It holds a copy of every meeting that is going on, in the same two tables as an SQLite deployment, and
of which chunks the database still has to be given. A meeting leaves the file when the database has
all of it. The functions below work within a transaction of the caller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, delete, exists, func, select, union
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import col

from . import rows
from .engine import open_sqlite
from .errors import RowRefused, StoreUnavailable
from .outbox_tables import METADATA, SET_ASIDE, WAITING
from .rows import Meeting
from .sink import Chunk, Turn
from .tables import ChunkRow, MeetingRow

OUTBOX = "turnwise.outbox.db"
BATCH = 200
"""Chunks that go to the database in one transaction at most."""

_IS_OVER = col(MeetingRow.status).not_in(["upcoming", "active"])
_WAITING_OF = select(col(ChunkRow.meeting_id)).join(WAITING, WAITING.c.chunk_id == col(ChunkRow.id))


@dataclass(frozen=True)
class Copy:
    """What is known here of a meeting that is going on."""

    meeting: Meeting
    chunks: list[Chunk]
    """All of them, in order."""
    waiting: frozenset[str]
    """Ids of those that the database does not have yet."""


@dataclass(frozen=True)
class Parcel:
    """What the database has to be given of one meeting, in one transaction."""

    meeting_id: str
    chunks: Sequence[dict[str, Any]]
    """Whole rows, in order."""
    is_over: bool
    """Whether the meeting's end comes behind the chunks."""
    ended_at: datetime | None = None
    error: str | None = None


@dataclass(frozen=True)
class Backlog:
    """How many chunks the database does not have."""

    waiting: int
    set_aside: int
    """Refused by the database for good; they stay in the file."""


def open_outbox(folder: Path) -> Engine:
    """The file in `folder`, made at need and readable by its owner only; several processes may share it.

    Raises:
        StoreUnavailable: it cannot be made or used.
    """
    path = folder / OUTBOX
    try:
        # Before SQLite opens it, whose files beside it (-wal, -shm) take over this mode.
        path.touch(mode=0o600)
        path.chmod(0o600)
    except OSError as error:
        raise StoreUnavailable(f"{path}: {error.strerror}; make its folder writable") from error
    return open_sqlite(URL.create("sqlite", database=str(path)), METADATA)


def adopt(connection: Connection, meeting: Meeting, chunks: Sequence[Chunk]) -> None:
    """Keep a copy of what the database has; what is here already is newer and stays."""
    known = {key: getattr(meeting, key) for key in ("id", "user_id", "agent_id", "prompt", "status")}
    connection.execute(insert(MeetingRow).values(name="", **known).on_conflict_do_nothing())
    if chunks:
        same = [vars(chunk) for chunk in chunks]
        connection.execute(insert(ChunkRow).on_conflict_do_nothing(), same)


def begin(connection: Connection, meeting: Meeting, chunks: Sequence[Chunk]) -> bool:
    """A call of the meeting is connected; False if it ended here and the database does not know yet."""
    adopt(connection, meeting, chunks)
    return rows.begin_meeting(connection, meeting.id)


def end(connection: Connection, meeting_id: str, error: str | None) -> bool:
    """The meeting is over; False if it is not known here."""
    rows.finish_meeting(connection, meeting_id, error)
    return rows.read_meeting(connection, meeting_id) is not None


def add_turn(connection: Connection, chunk_id: str, turn: Turn) -> Chunk | None:
    """The turn as the next chunk of its meeting, for the database to be given; None without a copy of it.

    Raises:
        RowRefused: a text that PostgreSQL never takes, refused before it gets a number.
    """
    if "\0" in turn.text:
        raise RowRefused("its text holds a NUL character")
    if rows.read_meeting(connection, turn.meeting_id) is None:
        return None
    chunk = rows.insert_turn(connection, chunk_id, turn)
    connection.execute(insert(WAITING).values(chunk_id=chunk_id).on_conflict_do_nothing())
    return chunk


def read_copy(connection: Connection, meeting_id: str) -> Copy | None:
    """The copy of a meeting, if it is going on here."""
    meeting = rows.read_meeting(connection, meeting_id)
    if meeting is None:
        return None
    waiting = select(WAITING.c.chunk_id).join(ChunkRow, col(ChunkRow.id) == WAITING.c.chunk_id)
    found = connection.execute(waiting.where(col(ChunkRow.meeting_id) == meeting_id)).scalars()
    return Copy(meeting, rows.read_chunks(connection, meeting_id), frozenset(found))


def due_meetings(connection: Connection) -> list[str]:
    """The meetings of which the database lacks something."""
    return list(connection.execute(union(_WAITING_OF, select(col(MeetingRow.id)).where(_IS_OVER))).scalars())


def pack(connection: Connection, meeting_id: str) -> Parcel:
    """What comes next of a meeting."""
    chunk = ChunkRow.__table__.columns  # pyright: ignore[reportAttributeAccessIssue]
    waiting = (
        select(*chunk)
        .join(WAITING, WAITING.c.chunk_id == chunk.id)
        .where(chunk.meeting_id == meeting_id)
        .order_by(chunk.sequence_number)
        .limit(BATCH)
    )
    chunks = [dict(row) for row in connection.execute(waiting).mappings()]
    of_end = select(col(MeetingRow.ended_at), col(MeetingRow.error))
    ended = connection.execute(of_end.where(col(MeetingRow.id) == meeting_id, _IS_OVER)).first()
    if ended is None or len(chunks) == BATCH:
        return Parcel(meeting_id, chunks, is_over=False)
    return Parcel(meeting_id, chunks, True, *ended)


def delivered(connection: Connection, parcel: Parcel) -> None:
    """The database has it; a meeting that is over leaves, unless something was said meanwhile."""
    ids = [chunk["id"] for chunk in parcel.chunks]
    connection.execute(delete(WAITING).where(WAITING.c.chunk_id.in_(ids)))
    if parcel.is_over:
        rest = exists(_WAITING_OF.where(col(ChunkRow.meeting_id) == parcel.meeting_id))
        over = delete(MeetingRow).where(col(MeetingRow.id) == parcel.meeting_id, _IS_OVER)
        connection.execute(over.where(~rest))


def set_aside(connection: Connection, chunk: dict[str, Any], reason: str) -> None:
    """The database will never take it: keep it for a person to look at."""
    kept = {key: chunk[key] for key in SET_ASIDE.columns.keys() if key in chunk}  # noqa: SIM118
    refused = insert(SET_ASIDE).values(**kept, reason=reason, set_aside_at=datetime.now(UTC))
    connection.execute(refused.on_conflict_do_nothing())
    connection.execute(delete(WAITING).where(WAITING.c.chunk_id == chunk["id"]))


def backlog(connection: Connection) -> Backlog:
    """How much is here that is not in the database."""
    waiting, refused = (select(func.count()).select_from(table) for table in (WAITING, SET_ASIDE))
    return Backlog(connection.execute(waiting).scalar_one(), connection.execute(refused).scalar_one())
