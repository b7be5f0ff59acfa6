"""What is to be said to the model, between whoever appends it in pieces and the track that plays it."""

import asyncio
from collections import deque

import numpy as np

from .connection import MODEL_RATE_HZ

_BYTES_PER_SEC = MODEL_RATE_HZ * 2
_PREFILL_BYTES = _BYTES_PER_SEC * 40 // 1000
"""Gathered before playing begins, so that a piece that comes late tears no word."""

_PATIENCE = 3
"""For so many calls of `take` less than that is waited with, then it is played as it is."""

_BEHIND_BYTES = _BYTES_PER_SEC // 5
"""With more than this still to be played, pauses are shortened."""

_PAUSE_BYTES = _BYTES_PER_SEC // 5
"""What is left of a pause that is shortened."""

_LONGEST_BYTES = _BYTES_PER_SEC * 30
_QUIET = 330
"""Peak of what counts as a pause: -40 dBFS."""


class Microphone:
    """Sound that comes in pieces of any length and at any pace, and goes in real time.

    A burst, e.g. what was said while the connection was being opened, is played to its end; its
    pauses are shortened until it has caught up. Of more than 30 s the oldest is dropped.
    """

    def __init__(self) -> None:
        self._queue = bytearray()
        self._is_filling = True
        self._waited = 0
        self._pause_bytes = 0
        self._appended = 0
        self._gone = 0
        self._waiters: deque[tuple[int, asyncio.Future[None]]] = deque()

    def append(self, audio: bytes) -> None:
        """Queues a piece, mono s16le at `MODEL_RATE_HZ`."""
        self._queue += audio
        self._appended += len(audio)
        too_much = (len(self._queue) - _LONGEST_BYTES) // 2 * 2
        if too_much > 0:
            self._drop(too_much)

    def clear(self) -> None:
        """Forgets what was not played yet."""
        self._drop(len(self._queue))

    def take(self, size: int) -> bytes:
        """The next `size` bytes to play; silence where there is nothing."""
        if self._must_fill():
            return bytes(size)
        self._shorten_pause(size)
        piece = bytes(self._queue[:size])
        self._drop(len(piece))
        self._is_filling = len(piece) < size
        return piece.ljust(size, b"\0")

    async def played(self) -> None:
        """Waits until all that is queued now has gone."""
        if self._queue:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append((self._appended, waiter))
            await waiter

    def _must_fill(self) -> bool:
        self._waited = self._waited + 1 if self._queue and self._is_filling else 0
        return not self._queue or (
            self._is_filling and len(self._queue) < _PREFILL_BYTES and self._waited <= _PATIENCE
        )

    def _shorten_pause(self, size: int) -> None:
        while len(self._queue) > _BEHIND_BYTES and _is_quiet(self._queue[:size]):
            if self._pause_bytes < _PAUSE_BYTES:
                self._pause_bytes += size
                return
            self._drop(size)
        if not _is_quiet(self._queue[:size]):
            self._pause_bytes = 0

    def _drop(self, size: int) -> None:
        del self._queue[:size]
        self._gone += size
        while self._waiters and self._waiters[0][0] <= self._gone:
            waiter = self._waiters.popleft()[1]
            if not waiter.done():
                waiter.set_result(None)


def _is_quiet(pcm: bytes | bytearray) -> bool:
    samples = np.frombuffer(bytes(pcm[: len(pcm) // 2 * 2]), "<i2").astype(np.int32)
    return not samples.size or int(np.abs(samples).max()) < _QUIET
