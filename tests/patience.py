"""Waiting for what nobody announces."""

import asyncio
from collections.abc import Callable

PATIENCE_SECS = 5.0


async def eventually(true: Callable[[], object]) -> None:
    """Returns once it is so.

    Raises:
        TimeoutError: it is not, for 5 s.
    """
    async with asyncio.timeout(PATIENCE_SECS):
        while not true():
            await asyncio.sleep(0.01)
