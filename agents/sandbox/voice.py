"""The voice as the server uses it: OpenAI's voice names, 24 kHz, a sentence at a time."""

import asyncio
import re
from collections.abc import AsyncIterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache

import numpy as np
import soxr

from .audio import to_samples
from .espeak import Espeak

VOICE_RATE_HZ = 24_000
"""What is spoken: mono, signed 16 bit little endian."""

# OpenAI's names, each with a voice of espeak's that our own ears understand, and a pitch.
VOICES: dict[str, tuple[str, int]] = {
    "alloy": ("en-us", 50),
    "ash": ("en-us+m3", 45),
    "ballad": ("en-us+m5", 50),
    "cedar": ("en-us+m3", 35),
    "coral": ("en-us+f2", 50),
    "echo": ("en-us+m6", 50),
    "fable": ("en-us", 62),
    "marin": ("en-us+f1", 50),
    "nova": ("en-us+f5", 50),
    "onyx": ("en-us", 35),
    "sage": ("en-us+m1", 50),
    "shimmer": ("en-us+f2", 62),
    "verse": ("en-us+m7", 50),
}

_WORDS_PER_MINUTE = 160
_SLOWEST, _FASTEST = 80, 640
_REMEMBERED = 256
_PAUSE = bytes(2 * VOICE_RATE_HZ * 2 // 5)
"""400 ms between sentences."""


def sentences(text: str) -> list[str]:
    """The pieces in which a text is spoken."""
    return re.split(r"(?<=[.!?])\s+", text.strip())


class Voice:
    """Speaks without holding up whoever waits for something else; what was said before is not made again."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="voice")
        self._espeak: Future[Espeak] = self._thread.submit(Espeak)
        self._say = lru_cache(maxsize=_REMEMBERED)(self._make)

    def wait_until_ready(self) -> None:
        """Blocks until something can be said; raises what keeps it from it."""
        self._espeak.result()

    async def speak(self, text: str, voice: str, speed: float = 1.0) -> AsyncIterator[bytes]:
        """One piece of 24 kHz mono s16le per sentence, as it is made.

        `voice` is a name in `VOICES`; below half speed and above four times espeak goes no further.
        """
        for index, sentence in enumerate(sentences(text)):
            if index:
                yield _PAUSE
            yield await asyncio.get_running_loop().run_in_executor(
                self._thread, self._say, sentence, voice, speed
            )

    def close(self) -> None:
        """Ends the thread; what is being spoken is still finished."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _make(self, text: str, voice: str, speed: float) -> bytes:
        name, pitch = VOICES[voice]
        words_per_minute = min(_FASTEST, max(_SLOWEST, round(_WORDS_PER_MINUTE * speed)))
        espeak = self._espeak.result()
        spoken = np.frombuffer(espeak.say(text, name, words_per_minute, pitch), dtype="<i2")
        if not spoken.size:
            return b""
        return to_samples(soxr.resample(spoken.astype(np.float32), espeak.rate_hz, VOICE_RATE_HZ)).tobytes()
