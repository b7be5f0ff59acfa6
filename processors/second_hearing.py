"""What a realtime model heard, but did not write down: another session does."""

import asyncio
from collections.abc import Awaitable, Callable

from loguru import logger

from ..agents.faults import describe
from .realtime_utterance import RealtimeUtterance
from .transcription_session import TranscriptionSession

HEARING_SECS = 5.0
"""How long it may take, the connection included; who has hung up is not kept in the books for longer."""

OnWords = Callable[[RealtimeUtterance, str], Awaitable[None]]


class SecondHearing:
    """Writes down what was said to a session that was lost, failed to, or took too long.

    What cannot be written down now is as much as the first session had of it.
    """

    def __init__(
        self, open_session: Callable[[], Awaitable[TranscriptionSession]], on_words: OnWords
    ) -> None:
        self._open_session = open_session
        self._on_words = on_words
        self._hearings: set[asyncio.Task[None]] = set()

    def hear(self, utterance: RealtimeUtterance) -> None:
        """Begins; its words are known in the end, whatever happens."""
        if not utterance.sound:
            utterance.know(utterance.interim)
            return
        self._hearings.add(task := asyncio.create_task(self._hear(utterance)))
        task.add_done_callback(lambda _: utterance.know(utterance.interim))
        task.add_done_callback(self._hearings.discard)

    def give_up(self) -> None:
        """Nobody wants to know any more; `finish` waits until that is done."""
        for hearing in self._hearings:
            hearing.cancel()

    async def finish(self) -> None:
        """Waits for what is under way."""
        await asyncio.gather(*self._hearings, return_exceptions=True)

    async def _hear(self, utterance: RealtimeUtterance) -> None:
        try:
            async with asyncio.timeout(HEARING_SECS):
                text = await self._text(utterance.sound)
            if not utterance.is_known:
                await self._on_words(utterance, text or utterance.interim.strip())
        except Exception as error:
            logger.warning("what the user said was not written down: {}", describe("realtime", error).code)

    async def _text(self, sound: bytes) -> str:
        session = await self._open_session()
        try:
            return await session.text_of(sound)
        finally:
            await session.close()
