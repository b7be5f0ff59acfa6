"""The sound that came in and is not part of the conversation yet."""

from .shapes import WIRE_RATE_HZ

_BYTES_PER_MS = 2 * WIRE_RATE_HZ // 1000
_QUIET_KEPT_MS = 5_000
"""With turn detection, so much silence is kept for whoever commits by hand."""


class InputBuffer:
    """Mono s16le at `WIRE_RATE_HZ`. Times are in ms of all the sound that was ever written to it."""

    def __init__(self) -> None:
        self._pcm = bytearray()
        self._start_bytes = 0

    @property
    def start_ms(self) -> int:
        """Of the oldest sound in it."""
        return self._start_bytes // _BYTES_PER_MS

    @property
    def end_ms(self) -> int:
        """All that was ever written."""
        return (self._start_bytes + len(self._pcm)) // _BYTES_PER_MS

    @property
    def length_ms(self) -> float:
        """What is in it."""
        return len(self._pcm) / _BYTES_PER_MS

    def write(self, pcm: bytes) -> None:
        """Adds sound at the end."""
        self._pcm += pcm

    def forget_silence(self) -> None:
        """Keeps only the last of it."""
        self.take(self.end_ms - _QUIET_KEPT_MS)

    def copy(self) -> bytes:
        """The sound, which stays."""
        return bytes(self._pcm)

    def take(self, until_ms: int | None = None) -> bytes:
        """The sound up to there, or all of it, which leaves."""
        size = len(self._pcm) if until_ms is None else self.size(until_ms)
        taken = bytes(self._pcm[:size])
        del self._pcm[:size]
        self._start_bytes += size
        return taken

    def size(self, until_ms: int) -> int:
        """How many bytes there are up to there."""
        return min(len(self._pcm), max(0, until_ms * _BYTES_PER_MS - self._start_bytes))
