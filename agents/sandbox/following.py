"""One utterance, understood while it comes."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Self

from .ears import Ears
from .understanding import LONGEST_WINDOW_SECS, WINDOW_SECS, Piece, Understood, Window, text_of


@dataclass(frozen=True)
class _SoFar:
    """What is understood, as far as nothing changes it any more."""

    pieces: tuple[Piece, ...] = ()
    size_bytes: int = 0
    loudest: float = 0.0
    window_secs: float = WINDOW_SECS

    def and_then(self, more: Understood, size_bytes: int) -> Self:
        """With what one more window has added; where that is nothing yet, the next one is longer."""
        longer_secs = min(LONGEST_WINDOW_SECS, self.window_secs + WINDOW_SECS / 2)
        return replace(
            self,
            pieces=self.pieces + more.pieces,
            size_bytes=self.size_bytes + size_bytes,
            loudest=more.loudest,
            window_secs=longer_secs if more.is_stuck else WINDOW_SECS,
        )


def heard_at_once(ears: Ears, pcm: bytes, rate_hz: int) -> asyncio.Task[str]:
    """Begins to understand mono s16le that is all there."""
    following = Following(ears, rate_hz)
    following.feed(pcm)
    hearing = following.heard()
    following.stop()
    return hearing


class Following:
    """Sound of which each window is understood as soon as it is there, for the end to be short.

    What it says depends on the sound alone, and not on how fast that came.
    """

    def __init__(self, ears: Ears, rate_hz: int) -> None:
        self._ears = ears
        self._rate_hz = rate_hz
        self._so_far = _SoFar()
        self._rest = bytearray()
        self._ahead: asyncio.Task[None] | None = None

    @property
    def understood_secs(self) -> float:
        """How much of it has been understood ahead of need."""
        return self._so_far.size_bytes / 2 / self._rate_hz

    def feed(self, pcm: bytes) -> None:
        """Takes mono s16le."""
        self._rest += pcm
        if self._is_full(self._so_far, self._rest) and (self._ahead is None or self._ahead.done()):
            self._ahead = asyncio.create_task(self._go_ahead())

    def heard(self, size: int | None = None) -> asyncio.Task[str]:
        """Begins to understand the rest of it, or of its first so many bytes; whoever waits gets the text.

        More may be fed, as if nobody had asked.
        """
        until = None if size is None else max(0, size - self._so_far.size_bytes)
        return asyncio.create_task(self._to_the_end(self._so_far, bytes(self._rest[:until])))

    def stop(self) -> None:
        """Goes no further ahead. What is asked for is still told."""
        if self._ahead:
            self._ahead.cancel()

    async def _go_ahead(self) -> None:
        with suppress(EOFError, OSError):  # who asks what is said is told
            while self._is_full(self._so_far, self._rest):
                self._so_far, used = await self._understood(self._so_far, self._rest, is_ahead=True)
                del self._rest[:used]

    async def _to_the_end(self, so_far: _SoFar, rest: bytes) -> str:
        while self._is_full(so_far, rest):
            so_far, used = await self._understood(so_far, rest, is_ahead=False)
            rest = rest[used:]
        last = Window(rest, self._rate_hz, is_over=True, loudest=so_far.loudest)
        understood = await self._ears.understand(last, is_ahead=False)
        return text_of(so_far.pieces + understood.pieces)

    def _is_full(self, so_far: _SoFar, rest: bytes | bytearray) -> bool:
        return len(rest) >= self._window_bytes(so_far)

    def _window_bytes(self, so_far: _SoFar) -> int:
        return 2 * int(so_far.window_secs * self._rate_hz)

    async def _understood(
        self, so_far: _SoFar, rest: bytes | bytearray, *, is_ahead: bool
    ) -> tuple[_SoFar, int]:
        """What one more window adds, and how many bytes that is."""
        pcm = bytes(rest[: self._window_bytes(so_far)])
        window = Window(pcm, self._rate_hz, is_over=False, loudest=so_far.loudest)
        understood = await self._ears.understand(window, is_ahead=is_ahead)
        used = 2 * int(understood.secs * self._rate_hz)
        return so_far.and_then(understood, used), used
