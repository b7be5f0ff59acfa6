"""The statements on the two tables, each within a transaction of the caller.

They name their columns one by one, since a deployment's tables may lack the columns we do not use,
and mean the same on SQLite and on PostgreSQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, true, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DataError
from sqlalchemy.sql import Select
from sqlmodel import col

from .errors import RowRefused
from .sink import Chunk, Turn
from .tables import ChunkRow, MeetingRow, MeetingStatus

_MEETING = (
    col(MeetingRow.id),
    col(MeetingRow.user_id),
    col(MeetingRow.agent_id),
    col(MeetingRow.prompt),
    col(MeetingRow.status),
)
_CHUNK = (
    col(ChunkRow.id),
    col(ChunkRow.meeting_id),
    col(ChunkRow.sequence_number),
    col(ChunkRow.speaker_type),
    col(ChunkRow.text),
    col(ChunkRow.timestamp),
)

# Built once: a turn takes a third of the time, and the writer's thread shares the processor with the calls.
_THE_MEETING = select(col(MeetingRow.id)).where(col(MeetingRow.id) == bindparam("meeting_id"))
_OWN_NUMBER = select(col(ChunkRow.sequence_number)).where(col(ChunkRow.id) == bindparam("chunk_id"))
_LAST_NUMBER = select(func.max(col(ChunkRow.sequence_number))).where(
    col(ChunkRow.meeting_id) == bindparam("meeting_id")
)
_NUMBERS = select(_OWN_NUMBER.scalar_subquery().label("own"), _LAST_NUMBER.scalar_subquery().label("last"))
_INSERT_CHUNK = insert(ChunkRow)
_INSERT_ONCE = postgresql.insert(ChunkRow).on_conflict_do_nothing(index_elements=[col(ChunkRow.id)])


@dataclass(frozen=True)
class Meeting:
    """What a call needs to know of its meeting."""

    id: str
    user_id: str
    agent_id: str
    prompt: str | None
    status: MeetingStatus
    name: str | None = None
    """Only of a meeting that we made: it is not ours to read."""


def read_meeting(connection: Connection, meeting_id: str) -> Meeting | None:
    """The meeting, or None: any string may be asked for."""
    found = _all(connection, select(*_MEETING).where(col(MeetingRow.id) == meeting_id))
    return Meeting(*found[0]) if found else None


def read_chunks(connection: Connection, meeting_id: str) -> list[Chunk]:
    """The transcript in order."""
    of_meeting = select(*_CHUNK).where(col(ChunkRow.meeting_id) == meeting_id)
    return [Chunk(*found) for found in _all(connection, of_meeting.order_by(col(ChunkRow.sequence_number)))]


def insert_meeting(connection: Connection, meeting: Meeting) -> None:
    """A new meeting, upcoming."""
    connection.execute(
        insert(MeetingRow).values(
            id=meeting.id,
            name=meeting.name,
            user_id=meeting.user_id,
            agent_id=meeting.agent_id,
            prompt=meeting.prompt,
        )
    )


def look(connection: Connection) -> None:
    """Return if both tables and what is read of them are there."""
    for columns in (_MEETING, _CHUNK):
        connection.execute(select(*columns).limit(0))


def begin_meeting(connection: Connection, meeting_id: str) -> bool:
    """Make it active and keep its first start, which we may not read; False if it is over or not there."""
    begins = update(MeetingRow).where(col(MeetingRow.id) == meeting_id)
    first = begins.where(col(MeetingRow.status) == "upcoming").values(
        status="active", started_at=datetime.now(UTC)
    )
    again = begins.where(col(MeetingRow.status) == "active").values(status="active")
    return any(connection.execute(each).rowcount == 1 for each in (first, again))


def finish_meeting(
    connection: Connection, meeting_id: str, error: str | None, ended_at: datetime | None = None
) -> None:
    """Hand an active meeting over to the analysis, which starts now; any other stays as it is."""
    now = datetime.now(UTC)
    over: dict[str, Any] = {"status": "processing", "ended_at": ended_at or now, "processing_started_at": now}
    if error is not None:
        over["error"] = error
    connection.execute(
        update(MeetingRow)
        .where(col(MeetingRow.id) == meeting_id, col(MeetingRow.status) == "active")
        .values(transcript_collected=true(), **over)
    )


def insert_turn(connection: Connection, chunk_id: str, turn: Turn) -> Chunk:
    """The turn as the next chunk of its meeting, once, however often it is tried with the same id.

    For SQLite, where one transaction writes at a time; the meeting is numbered in our own file only.
    """
    if connection.execute(_THE_MEETING, {"meeting_id": turn.meeting_id}).first() is None:
        raise RowRefused("its meeting does not exist")
    numbers = connection.execute(_NUMBERS, {"chunk_id": chunk_id, "meeting_id": turn.meeting_id}).one()
    number = numbers.own or (numbers.last or 0) + 1
    if numbers.own is None:
        connection.execute(_INSERT_CHUNK, _columns(chunk_id, number, turn))
    when = turn.started_at.astimezone(UTC)
    return Chunk(chunk_id, turn.meeting_id, number, turn.speaker_type, turn.text, when)


def insert_chunks(connection: Connection, chunks: Sequence[dict[str, Any]]) -> None:
    """Whole chunks into PostgreSQL; those that it has already stay as they are."""
    if chunks:
        connection.execute(_INSERT_ONCE, chunks)


def _columns(chunk_id: str, number: int, turn: Turn) -> dict[str, Any]:
    return {
        "id": chunk_id,
        "meeting_id": turn.meeting_id,
        "speaker_type": turn.speaker_type,
        "text": turn.text,
        "timestamp": turn.started_at,
        "sequence_number": number,
        "created_at": datetime.now(UTC),
    }


def _all(connection: Connection, query: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
    """All rows; none when the id is text that the column cannot hold: no uuid, or half a character."""
    try:
        return connection.execute(query).all()
    except (DataError, UnicodeEncodeError):
        return []
