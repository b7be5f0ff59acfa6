"""A store in a file of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from turnwise.agents.store.store import SqlStore


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "turnwise.db"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[SqlStore]:
    store = SqlStore.open(f"sqlite:///{file}")
    yield store
    await store.close()
