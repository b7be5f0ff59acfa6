"""A store in front of a deployment's PostgreSQL, and what a test of any store waits for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import anyio
from loguru import logger
from turnwise.agents.store.errors import StoreUnavailable
from turnwise.agents.store.postgres_store import PostgresStore
from turnwise.agents.store.sink import Turn
from turnwise.agents.store.store import SqlStore

from ..patience import PATIENCE_SECS
from ..postgres import Database


def turn(meeting_id: str, text: str = "hello", speaker: str = "user") -> Turn:
    return Turn(meeting_id, speaker, text, datetime.now(UTC))  # type: ignore[arg-type]


@asynccontextmanager
async def opened(url: str, folder: Path) -> AsyncIterator[PostgresStore]:
    """A store, closed in the end as a server closes it."""
    store = PostgresStore.open(url, folder)
    try:
        yield store
    finally:
        await store.close()


async def arrived(database: Database, meeting_id: str, count: int) -> list[tuple[int, str, str]]:
    """The meeting's rows, once there are so many in the database."""
    with anyio.fail_after(PATIENCE_SECS):
        while len(found := await anyio.to_thread.run_sync(database.chunks, meeting_id)) < count:
            await anyio.sleep(0.02)
    return found


async def until_ready(store: PostgresStore | SqlStore, *, ready: bool = True) -> None:
    """Waits until the store says that its database takes what it is given, or that it does not."""
    with anyio.fail_after(PATIENCE_SECS):
        while True:
            try:
                await store.ping()
            except StoreUnavailable:
                if not ready:
                    return
            else:
                if ready:
                    return
            await anyio.sleep(0.02)


@contextmanager
def log_lines():
    """What is logged meanwhile."""
    lines: list[str] = []
    sink = logger.add(lines.append, level=0)
    yield lines
    logger.remove(sink)
