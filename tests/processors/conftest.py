"""One upstream for all tests of a module, which therefore share a loop."""

from collections.abc import AsyncIterator

import pytest

from .realtime_model import RealtimeModel, realtime_model
from .realtime_upstream import RealtimeUpstream, realtime_upstream
from .upstream import Upstream, running_upstream


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def upstream(anyio_backend: str) -> AsyncIterator[Upstream]:
    async with running_upstream() as upstream:
        yield upstream


@pytest.fixture
async def model(anyio_backend: str) -> AsyncIterator[RealtimeModel]:
    """A model that hears and speaks itself, which does as its test says."""
    async with realtime_model() as model:
        yield model


@pytest.fixture
async def recogniser(anyio_backend: str) -> AsyncIterator[RealtimeUpstream]:
    """An upstream to which speech is sent while it is spoken."""
    async with realtime_upstream() as upstream:
        yield upstream
