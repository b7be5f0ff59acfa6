"""A session's ears: sound comes in, turns come out."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import numpy as np
import soxr

from ..audio import EARS_RATE_HZ
from ..ears import Ears
from .attention import Attention
from .events import RefusedEvent, new_id
from .input_buffer import InputBuffer
from .item import Hearing
from .session_shapes import SemanticVad, ServerVad
from .shapes import WIRE_RATE_HZ
from .turn_detection import News, Paused, Resumed, Started, Stopped, TurnDetector

_LEAST_MS = 100
"""Less than this cannot be committed."""

_BYTES_AT_ONCE = 2 * WIRE_RATE_HZ // 2
"""Half a second of sound, or 1.5 ms of work, before others have their turn.

No more is heard ahead of the detector: what is understood ahead must not reach into the next turn.
"""


@dataclass(frozen=True)
class Speech:
    """A stretch of sound that becomes an item; it is being listened to."""

    item_id: str
    hearing: Hearing
    length_ms: float


@dataclass(frozen=True)
class Began:
    """The user speaks; the item is to come."""

    item_id: str
    at_ms: int


@dataclass(frozen=True)
class Ended:
    """The user's turn is over."""

    speech: Speech
    at_ms: int


class Listening:
    """The buffer of a session, with turn detection or without.

    Speech is followed while it comes, and its last words are listened to from the first pause that may
    be its end: a model would take no time at all.
    """

    def __init__(self, ears: Ears) -> None:
        self._attention = Attention(ears)
        self._buffer = InputBuffer()
        self._detector: TurnDetector | None = None
        self._to_ears_rate = _resampler()
        self._item_id = new_id("item")

    @property
    def is_too_short(self) -> bool:
        """Whether there is less in the buffer than can be committed."""
        return self._buffer.length_ms < _LEAST_MS

    @property
    def start_ms(self) -> int:
        """The oldest sound in the buffer."""
        return self._buffer.start_ms

    @property
    def now_ms(self) -> int:
        """All the sound that ever came."""
        return self._buffer.end_ms

    @property
    def understood_secs(self) -> float:
        """How much of what is being said has been understood ahead of its end."""
        return self._attention.understood_secs

    @property
    def is_speaking(self) -> bool:
        """Whether the user is heard speaking; without turn detection nobody knows."""
        return bool(self._detector and self._detector.is_speaking)

    def configure(self, settings: ServerVad | SemanticVad | None) -> None:
        """Detects turns like this from now on."""
        if settings == (self._detector.settings if self._detector else None):
            return
        self._detector = TurnDetector(settings, self._buffer.end_ms) if settings else None
        self._to_ears_rate = _resampler()
        self._attention.forget()

    async def hear(self, pcm: bytes) -> AsyncIterator[Began | Ended]:
        """Takes mono s16le at `WIRE_RATE_HZ`; tells where turns begin and end in it."""
        for at in range(0, len(pcm), _BYTES_AT_ONCE):
            if at:
                await asyncio.sleep(0)
            for turn in self._heard(pcm[at : at + _BYTES_AT_ONCE]):
                yield turn

    def _heard(self, pcm: bytes) -> Iterator[Began | Ended]:
        self._buffer.write(pcm)
        self._attention.feed(pcm)
        detector = self._detector
        if detector is None:
            self._attend()
            return
        samples = self._to_ears_rate.resample_chunk(np.frombuffer(pcm, "<i2"))
        for window in detector.windows(samples):
            for news in detector.feed(window):
                if turn := self._turn(detector, news):
                    yield turn
        if not detector.is_speaking:
            self._buffer.forget_silence()

    def commit(self, until_ms: int | None = None) -> Speech:
        """Takes what is in the buffer.

        Raises:
            RefusedEvent: it is less than 100 ms.
        """
        if self.is_too_short:
            raise RefusedEvent(
                "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, "
                f"but buffer only has {self._buffer.length_ms:.2f}ms of audio.",
                "input_audio_buffer_commit_empty",
            )
        self._attend()
        pcm = self._buffer.take(until_ms)
        hearing = self._attention.take(len(pcm))
        item_id, self._item_id = self._item_id, new_id("item")
        if self._detector:
            self._detector.stop()
        return Speech(item_id, hearing, len(pcm) / 2 / WIRE_RATE_HZ * 1000)

    def clear(self) -> None:
        """Forgets what is in the buffer."""
        self._buffer.take()
        self._attention.forget()
        if self._detector:
            self._detector.stop()

    def listen(self, pcm: bytes) -> tuple[Hearing, float]:
        """Sound that came by another way; how long it is, in ms."""
        return self._attention.listen(pcm), len(pcm) / 2 / WIRE_RATE_HZ * 1000

    def close(self) -> None:
        """Ends all listening."""
        self._attention.close()

    def _turn(self, detector: TurnDetector, news: News) -> Began | Ended | None:
        match news:
            case Started(at_ms):
                at_ms = max(self._buffer.start_ms, at_ms - detector.prefix_padding_ms)
                self._buffer.take(at_ms)
                self._attention.follow(self._buffer.copy())
                return Began(self._item_id, at_ms)
            case Paused(at_ms):
                self._attention.listen_early(self._buffer.size(at_ms))
            case Resumed():
                self._attention.forget_early()
            case Stopped(at_ms):
                return Ended(self.commit(at_ms), at_ms)
        return None

    def _attend(self) -> None:
        """Follows all that is in the buffer, unless that is done already."""
        if not self._attention.is_following:
            self._attention.follow(self._buffer.copy())


def _resampler() -> soxr.ResampleStream:
    return soxr.ResampleStream(WIRE_RATE_HZ, EARS_RATE_HZ, 1, "int16", "LQ")
