"""The model's voice as it comes in on a track, cut into the answers that it belongs to."""

from collections import deque
from collections.abc import Callable

import numpy as np

from .connection import MODEL_RATE_HZ

_BYTES_PER_SEC = MODEL_RATE_HZ * 2
_EARLY_BYTES = _BYTES_PER_SEC * 200 // 1000
"""Sound may overtake the event that announces it, by this much at most."""

_CUSHION_BYTES = _BYTES_PER_SEC * 60 // 1000
"""Gathered before the first of an answer is handed on; sound comes in real time, and not quite evenly."""

_END_BYTES = _BYTES_PER_SEC * 40 // 1000
"""So much silence after the end was announced is the end."""

_LONGEST_PAUSE_BYTES = _BYTES_PER_SEC * 2
"""More silence than this inside an answer is no sound of it: the model has nothing to say."""

_QUIET = 100
"""Peak of silence that went through Opus: -50 dBFS."""


class Voice:
    """Hands the sound of one answer after the other to `tell`, in pieces of 20 ms or more.

    Between answers the track carries silence, or nothing, and nothing is told.
    """

    def __init__(self, tell: Callable[[bytes], None], on_end: Callable[[], None]) -> None:
        self._tell = tell
        self._on_end = on_end
        self._early: deque[bytes] = deque()
        self._cushion: bytearray | None = None
        self._is_on = self._is_ending = False
        self._quiet_bytes = 0

    @property
    def is_on(self) -> bool:
        """Whether an answer is being spoken."""
        return self._is_on

    def start(self) -> None:
        """An answer begins; what came just before belongs to it."""
        self._is_on, self._is_ending = True, False
        self._quiet_bytes = 0
        self._cushion = bytearray()
        while self._early and _is_quiet(self._early[0]):
            self._early.popleft()
        while self._early:
            self._add(self._early.popleft())

    def hear(self, pcm: bytes) -> None:
        """What came in on the track."""
        if self._is_on:
            self._add(pcm)
        else:
            self._early.append(pcm)
            while sum(map(len, self._early)) > _EARLY_BYTES:
                self._early.popleft()

    def finish(self) -> None:
        """The other side has sent all of the answer: it ends with the silence that is due now."""
        self._is_ending = True
        self._quiet_bytes = 0

    def end(self) -> None:
        """The answer is over as it stands; nothing of it is handed on any more."""
        if self._is_on:
            self._flush()
            self._is_on = False
            self._on_end()

    def drop(self) -> None:
        """The answer is over at once, without what was gathered."""
        self._cushion = None
        self.end()

    def _add(self, pcm: bytes) -> None:
        self._quiet_bytes = self._quiet_bytes + len(pcm) if _is_quiet(pcm) else 0
        if self._is_ending and self._quiet_bytes >= _END_BYTES:
            self.end()
        elif self._quiet_bytes <= _LONGEST_PAUSE_BYTES:
            self._hand_on(pcm)

    def _hand_on(self, pcm: bytes) -> None:
        if self._cushion is None:
            self._tell(pcm)
            return
        self._cushion += pcm
        if len(self._cushion) >= _CUSHION_BYTES:
            self._flush()

    def _flush(self) -> None:
        gathered, self._cushion = self._cushion, None
        if gathered:
            self._tell(bytes(gathered))


def _is_quiet(pcm: bytes) -> bool:
    samples = np.frombuffer(pcm, "<i2").astype(np.int32)
    return not samples.size or int(np.abs(samples).max()) < _QUIET
