"""The statements on the two tables, each within a transaction of the caller.

They name their columns one by one, since a deployment's tables may lack the columns we do not use,
and mean the same on SQLite and on PostgreSQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, literal, select, true, update
from sqlalchemy.exc import DataError
from sqlalchemy.sql import Select
from sqlmodel import col

from .errors import RowRefused
from .sink import Chunk, Turn
from .tables import ChunkRow, MeetingRow, MeetingStatus, UtcDateTime

# Built once: a turn takes a third of the time, and the writer's thread shares the processor with the calls.
_LOCK_MEETING = (
    select(col(MeetingRow.id)).where(col(MeetingRow.id) == bindparam("meeting_id")).with_for_update()
)
_OWN_NUMBER = select(col(ChunkRow.sequence_number)).where(col(ChunkRow.id) == bindparam("chunk_id"))
_LAST_NUMBER = select(func.max(col(ChunkRow.sequence_number))).where(
    col(ChunkRow.meeting_id) == bindparam("meeting_id")
)
_NUMBERS = select(_OWN_NUMBER.scalar_subquery().label("own"), _LAST_NUMBER.scalar_subquery().label("last"))
_INSERT_CHUNK = insert(ChunkRow)


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
    row = col(MeetingRow.id), col(MeetingRow.user_id), col(MeetingRow.agent_id), col(MeetingRow.prompt)
    query = select(*row, col(MeetingRow.status)).where(col(MeetingRow.id) == meeting_id)
    found = _all(connection, query)
    return Meeting(*found[0]) if found else None


def read_chunks(connection: Connection, meeting_id: str) -> list[Chunk]:
    """The transcript in order."""
    row = col(ChunkRow.id), col(ChunkRow.meeting_id), col(ChunkRow.sequence_number)
    query = (
        select(*row, col(ChunkRow.speaker_type), col(ChunkRow.text), col(ChunkRow.timestamp))
        .where(col(ChunkRow.meeting_id) == meeting_id)
        .order_by(col(ChunkRow.sequence_number))
    )
    return [Chunk(*found) for found in _all(connection, query)]


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


def begin_meeting(connection: Connection, meeting_id: str) -> bool:
    """Make it active, and keep the first start; False if it is over or not there."""
    now = literal(datetime.now(UTC), UtcDateTime)
    begun = connection.execute(
        update(MeetingRow)
        .where(col(MeetingRow.id) == meeting_id, col(MeetingRow.status).in_(["upcoming", "active"]))
        .values(status="active", started_at=func.coalesce(col(MeetingRow.started_at), now))
    )
    return begun.rowcount == 1


def finish_meeting(connection: Connection, meeting_id: str, error: str | None) -> None:
    """Hand an active meeting over to the analysis; any other stays as it is."""
    now = datetime.now(UTC)
    over: dict[str, Any] = {"status": "processing", "ended_at": now, "processing_started_at": now}
    if error is not None:
        over["error"] = error
    connection.execute(
        update(MeetingRow)
        .where(col(MeetingRow.id) == meeting_id, col(MeetingRow.status) == "active")
        .values(transcript_collected=true(), **over)
    )


def insert_turn(connection: Connection, chunk_id: str, turn: Turn) -> Chunk:
    """The turn as the next chunk of its meeting, once, however often it is tried with the same id.

    The lock on the meeting makes other processes wait until we have committed. It also waits for an
    earlier try of our own whose commit was never answered.
    """
    if connection.execute(_LOCK_MEETING, {"meeting_id": turn.meeting_id}).first() is None:
        raise RowRefused("its meeting does not exist")
    # Not part of the statement above: it would still see the rows from before the wait for the lock.
    numbers = connection.execute(_NUMBERS, {"chunk_id": chunk_id, "meeting_id": turn.meeting_id}).one()
    number = numbers.own or (numbers.last or 0) + 1
    if numbers.own is None:
        connection.execute(_INSERT_CHUNK, _columns(chunk_id, number, turn))
    when = turn.started_at.astimezone(UTC)
    return Chunk(chunk_id, turn.meeting_id, number, turn.speaker_type, turn.text, when)


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
