"""The two tables, as a deployment already has them and as we create them on SQLite."""

from datetime import UTC, datetime
from typing import Any, ClassVar, Literal, get_args

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    Text,
    TypeDecorator,
    false,
    func,
)
from sqlalchemy.types import UserDefinedType
from sqlmodel import Field, SQLModel

MeetingStatus = Literal["upcoming", "active", "processing", "completed", "failed", "cancelled"]


class PlainText(UserDefinedType[str]):
    """Text to us, be the column text, varchar, uuid or an enum: bound without a cast, read as a string."""

    cache_ok = True

    def __init__(self, created_as: str = "TEXT") -> None:
        self.created_as = created_as

    def get_col_spec(self, **_: Any) -> str:
        """The column's type where we create it."""
        return self.created_as

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """A driver may hand a uuid out as an object."""
        return lambda value: value if value is None else str(value)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment that comes back in UTC and aware of it, also from SQLite, which keeps no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite would write the local time down."""
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Without a zone it was written by us, in UTC."""
        if value is None or value.tzinfo is None:
            return value and value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


def _status() -> Column[str]:
    return Column(PlainText("VARCHAR(10)"), nullable=False, server_default="upcoming")


def _created() -> Column[datetime]:
    return Column(UtcDateTime, nullable=False, server_default=func.current_timestamp())


class MeetingRow(SQLModel, table=True):
    """A meeting. Statements name their columns one by one: those below the line are never read or written."""

    __tablename__: ClassVar[Any] = "meetings"
    __table_args__ = (CheckConstraint(f"status IN {get_args(MeetingStatus)}", "meeting_status"),)

    id: str = Field(sa_column=Column(PlainText, primary_key=True))
    name: str = Field(sa_column=Column(PlainText, nullable=False))
    user_id: str = Field(sa_column=Column(PlainText, nullable=False))
    agent_id: str = Field(sa_column=Column(PlainText, nullable=False))
    prompt: str | None = Field(sa_column=Column(PlainText))
    status: str = Field(sa_column=_status())
    started_at: datetime | None = Field(sa_column=Column(UtcDateTime))
    ended_at: datetime | None = Field(sa_column=Column(UtcDateTime))
    processing_started_at: datetime | None = Field(sa_column=Column(UtcDateTime))
    transcript_collected: bool | None = Field(sa_column=Column(Boolean, server_default=false()))
    error: str | None = Field(sa_column=Column(PlainText))

    # Other programs' columns: there when we create the table, ours in no other way.
    progress: dict[str, Any] | None = Field(sa_column=Column(JSON))
    transcript_url: str | None = Field(sa_column=Column(Text))
    recording_url: str | None = Field(sa_column=Column(Text))
    summary: str | None = Field(sa_column=Column(Text))
    created_at: datetime = Field(sa_column=_created())
    updated_at: datetime = Field(sa_column=_created())


class ChunkRow(SQLModel, table=True):
    """One turn of a transcript."""

    __tablename__: ClassVar[Any] = "transcript_chunks"
    __table_args__ = (
        CheckConstraint("speaker_type IN ('user', 'agent')"),
        Index("idx_transcript_chunks_meeting_sequence", "meeting_id", "sequence_number"),
        Index("idx_transcript_chunks_meeting_timestamp", "meeting_id", "timestamp"),
    )

    id: str = Field(sa_column=Column(PlainText, primary_key=True))
    meeting_id: str = Field(
        sa_column=Column(PlainText, ForeignKey("meetings.id", ondelete="CASCADE"), nullable=False)
    )
    speaker_type: str = Field(sa_column=Column(PlainText("VARCHAR(10)"), nullable=False))
    text: str = Field(sa_column=Column(PlainText, nullable=False))
    timestamp: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    sequence_number: int = Field(sa_column=Column(Integer, nullable=False))
    created_at: datetime | None = Field(sa_column=_created())
