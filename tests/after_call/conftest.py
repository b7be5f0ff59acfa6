"""A receiver, and what a server is told about it."""

from collections.abc import AsyncIterator, Iterator

import pytest
from loguru import logger
from turnwise.agents.after_call import retry

from .receiver import Receiver


@pytest.fixture
async def receiver(anyio_backend: str) -> AsyncIterator[Receiver]:
    """Listens already."""
    receiver = Receiver()
    async with receiver.up():
        yield receiver


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failed delivery is tried again at once."""
    monkeypatch.setattr(retry, "FIRST_PAUSE_SECS", 0.01)


@pytest.fixture
def log() -> Iterator[list[str]]:
    """What is logged, at any level."""
    lines: list[str] = []
    sink = logger.add(lines.append, level=0, format="{level} {message}\n{exception}")
    yield lines
    logger.remove(sink)
