"""Waiting for what nobody announces."""

import asyncio
from collections.abc import Callable

PATIENCE_SECS = 30.0
"""Only what is broken takes so long, however busy the machine is."""


async def eventually(true: Callable[[], object]) -> None:
    """Returns once it is so.

    Raises:
        TimeoutError: it is not, for `PATIENCE_SECS`.
    """
    async with asyncio.timeout(PATIENCE_SECS):
        while not true():
            await asyncio.sleep(0.01)
