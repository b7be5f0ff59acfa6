"""One stretch of speech on its way through a recogniser that listens along."""

import asyncio
import time


class SpeechSegment:
    """Its audio, kept until it is answered so that it can be sent again, and what became of it.

    Audio is mono, signed 16 bit, at the microphone's rate.
    """

    def __init__(self) -> None:
        self.audio = bytearray()
        self.grown = asyncio.Event()
        """Set whenever there is more to send, the end included."""
        self.is_ended = False
        self.item_id: str | None = None
        """What the recogniser calls it, on the connection that it is on now."""
        self.interim = ""
        """What the recogniser has made of it so far."""
        self.times_begun = 0
        """On how many connections it has been."""
        self._ended_at = 0.0
        self._text = ""
        self._fault: Exception | None = None
        self._answered = asyncio.Event()

    @property
    def age_secs(self) -> float:
        """How long ago it ended."""
        return time.monotonic() - self._ended_at

    def add(self, audio: bytes) -> None:
        """The user speaks on."""
        self.audio += audio
        self.grown.set()

    def end(self) -> None:
        """The user has stopped."""
        self.is_ended = True
        self._ended_at = time.monotonic()
        self.grown.set()

    def begin_again(self) -> None:
        """Forgets what an earlier connection made of it."""
        self.item_id, self.interim = None, ""
        self.times_begun += 1

    def succeed(self, text: str) -> None:
        """The recogniser is done with it."""
        self._text = text
        self._answered.set()

    def fail(self, fault: Exception) -> None:
        """The recogniser won't be done with it."""
        self._fault = fault
        self._answered.set()

    async def transcript(self) -> str:
        """Waits for what was said; empty if nothing was recognised.

        Raises:
            Exception: what came instead, fit for `describe`.
        """
        await self._answered.wait()
        if self._fault:
            raise self._fault
        return self._text
