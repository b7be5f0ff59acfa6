"""What is said while a tool takes its time."""

import asyncio
from collections.abc import Awaitable, Callable

from pipecat.frames.frames import TTSSpeakFrame

from ..agents.frames import ASIDE


class Filler:
    """Says a few words once in a turn, if a tool is slow and nothing has been said yet.

    They are no part of the answer: neither the model's context nor the transcript has them.
    """

    def __init__(self, text: str, after_secs: float, say: Callable[[TTSSpeakFrame], Awaitable[None]]) -> None:
        self._text = text
        self._after_secs = after_secs
        self._say = say
        self._is_needless = not text
        self._waiting: asyncio.Task[None] | None = None

    def begin_turn(self) -> None:
        """Nothing has been said yet."""
        self._is_needless = not self._text
        self.tool_is_done()

    def has_spoken(self) -> None:
        """The model says something itself."""
        self._is_needless = True

    def tool_begins(self) -> None:
        """A tool is at work, if there is none yet."""
        if not self._is_needless and not self._waiting:
            self._waiting = asyncio.create_task(self._say_in_time())

    def tool_is_done(self) -> None:
        """It wasn't slow, or the words have been said."""
        task, self._waiting = self._waiting, None
        if task:
            task.cancel()

    async def _say_in_time(self) -> None:
        await asyncio.sleep(self._after_secs)
        self._waiting = None
        if not self._is_needless:
            self._is_needless = True
            await self._say(TTSSpeakFrame(self._text, append_to_context=False, text_type=ASIDE))
