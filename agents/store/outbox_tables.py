"""What the outbox remembers beside its copy of meetings and chunks."""

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text
from sqlmodel import col

from .tables import ChunkRow, UtcDateTime

METADATA = MetaData()
WAITING = Table(
    "waiting",
    METADATA,
    Column("chunk_id", Text, ForeignKey(col(ChunkRow.id), ondelete="CASCADE"), primary_key=True),
)
"""Chunks that the database does not have yet."""

SET_ASIDE = Table(
    "set_aside",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("meeting_id", Text, nullable=False),
    Column("sequence_number", Integer, nullable=False),
    Column("speaker_type", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("timestamp", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("set_aside_at", UtcDateTime, nullable=False),
)
"""Chunks that the database refused for good, whole, for a person to look at."""
