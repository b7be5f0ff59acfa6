"""Meetings in a deployment's database, and what is said in them."""

import asyncio
from typing import Any

from turnwise.agents.store.outbox import Backlog
from turnwise.agents.store.postgres_store import PostgresStore
from turnwise.agents.store.sink import Chunk

from ..postgres import Database
from .deployment import turn

NOTHING = Backlog(waiting=0, set_aside=0)


async def begun(database: Database, store: PostgresStore, **columns: Any) -> str:
    """A meeting with a call."""
    meeting_id = database.new_meeting(**columns)
    assert await store.begin(meeting_id)
    return meeting_id


async def say(store: PostgresStore, meeting_id: str, *texts: str) -> list[Chunk]:
    """Saves them all at once."""
    return await asyncio.gather(*(store.save(turn(meeting_id, text)) for text in texts))


def numbered(*texts: str) -> list[tuple[int, str, str]]:
    """The rows that a person's words become in a meeting of their own."""
    return [(number, "user", text) for number, text in enumerate(texts, start=1)]
