"""An answer as it goes out: words a little ahead of the sound that says them."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from math import ceil

from ..completion import tokens_of
from ..voice import Voice, sentences
from .codec import Format, bytes_per_sec, encode

_PIECE_SECS = 0.1
_LEAD_PIECES = 3
"""The words are that far ahead of their sound."""


@dataclass(frozen=True)
class Manner:
    """How an answer is spoken, and how fast that is sent."""

    voice: str
    speed: float
    sound: Format
    per_token_secs: float = 0
    times_real_time: float | None = None


class _Pace:
    """The first at once, each of the others so long after the one before; lateness is caught up."""

    def __init__(self, every_secs: float) -> None:
        self._every_secs = every_secs
        self._due: float | None = None

    async def next(self) -> None:
        now = asyncio.get_running_loop().time()
        due = now if self._due is None else self._due
        await asyncio.sleep(max(0.0, due - now))
        self._due = due + self._every_secs


async def written(text: str, per_token_secs: float) -> AsyncGenerator[str]:
    """The words of a text."""
    pace = _Pace(per_token_secs)
    for token in tokens_of(text):
        await pace.next()
        yield token


async def spoken(text: str, voice: Voice, manner: Manner) -> AsyncGenerator[str | bytes]:
    """Words and sound by turns, a sentence at a time; the next one is made while one goes out."""
    words = _Pace(manner.per_token_secs)
    sounds = _Pace(_PIECE_SECS / manner.times_real_time if manner.times_real_time else 0)
    made = _made(text, voice, manner)
    coming = asyncio.ensure_future(anext(made))
    try:
        for index, sentence in enumerate(sentences(text)):
            tokens = deque(tokens_of(f" {sentence}" if index else sentence))
            total = len(tokens)
            await words.next()
            yield tokens.popleft()
            pieces = _pieces(await coming, manner.sound)
            coming = asyncio.ensure_future(anext(made, b""))
            for count, piece in enumerate(pieces, 1):
                due = ceil(total * min(1.0, (count + _LEAD_PIECES) / len(pieces)))
                while total - len(tokens) < due:
                    await words.next()
                    yield tokens.popleft()
                await sounds.next()
                yield piece
    finally:
        coming.cancel()


async def _made(text: str, voice: Voice, manner: Manner) -> AsyncIterator[bytes]:
    """The sound of each sentence, with the pause before it."""
    pause = b""
    at = 0
    async for sound in voice.speak(text, manner.voice, manner.speed):
        if at % 2:
            pause = sound
        else:
            yield encode(pause + sound, manner.sound)
        at += 1


def _pieces(sound: bytes, kind: Format) -> list[bytes]:
    size = round(bytes_per_sec(kind) * _PIECE_SECS)
    return [sound[at : at + size] for at in range(0, len(sound), size)] or [b""]
