"""Closing a connection whose other side may not answer."""

import asyncio
from collections.abc import Awaitable

CLOSE_SECS = 1.0
"""How long a connection may take to say good-bye and be gone."""


async def in_time(closing: Awaitable[object]) -> bool:
    """Waits for a good-bye, `CLOSE_SECS` at most; whether it was over by then."""
    try:
        async with asyncio.timeout(CLOSE_SECS):
            await closing
    except TimeoutError:
        return False
    return True
