"""One upstream for all tests of a module, which therefore share a loop."""

from collections.abc import AsyncIterator

import pytest

from .upstream import Upstream, running_upstream


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def upstream(anyio_backend: str) -> AsyncIterator[Upstream]:
    async with running_upstream() as upstream:
        yield upstream
