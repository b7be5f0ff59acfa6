"""Where a turn of the user begins and ends, in a stream of sound."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..audio import Samples
from .session_shapes import SemanticVad, ServerVad
from .voice_activity import WINDOW_MS, WINDOW_SAMPLES, VoiceActivity

_ONSET_WINDOWS, _OF_WINDOWS = 3, 4
"""So many voiced windows among so many are speech: a tenth of a second."""

_HYSTERESIS = 0.15
"""Speech goes on at a lower score than it begins with."""

_PAUSE_MS = 200
"""A silence that may be the end: time to begin to listen to what was said."""

_FORGET_MS = 2_000
_SEMANTIC_SILENCE_MS = {"low": 1_200, "medium": 700, "auto": 700, "high": 350}
_SEMANTIC_THRESHOLD, _SEMANTIC_PADDING_MS = 0.5, 300


@dataclass(frozen=True)
class Started:
    """Somebody speaks, since then."""

    at_ms: int


@dataclass(frozen=True)
class Paused:
    """It has been silent for a little; the turn may be over at this point, or not."""

    at_ms: int


@dataclass(frozen=True)
class Resumed:
    """It was not over."""


@dataclass(frozen=True)
class Stopped:
    """The turn is over; the silence that says so is part of it, as at OpenAI."""

    at_ms: int


News = Started | Paused | Resumed | Stopped


class TurnDetector:
    """Server VAD and semantic VAD; the latter only waits longer or shorter, by its eagerness.

    It knows nothing of words, so a sentence that is left hanging ends the turn like any other.
    """

    def __init__(self, settings: ServerVad | SemanticVad, starts_at_ms: int) -> None:
        self.settings = settings
        is_semantic = isinstance(settings, SemanticVad)
        self.prefix_padding_ms = _SEMANTIC_PADDING_MS if is_semantic else settings.prefix_padding_ms
        self._threshold = _SEMANTIC_THRESHOLD if is_semantic else settings.threshold
        self._silence_ms = (
            _SEMANTIC_SILENCE_MS[settings.eagerness] if is_semantic else settings.silence_duration_ms
        )
        self._activity = VoiceActivity()
        self._recent: deque[bool] = deque(maxlen=_OF_WINDOWS)
        self._rest = np.empty(0, np.int16)
        self._now_ms = starts_at_ms
        self._quiet_ms = 0
        self._is_paused = False
        self.is_speaking = False

    def windows(self, samples: Samples) -> list[Samples]:
        """16 kHz in windows; what is left over waits for more."""
        waiting = np.concatenate((self._rest, samples))
        count = waiting.size // WINDOW_SAMPLES
        self._rest = waiting[count * WINDOW_SAMPLES :]
        return [waiting[at * WINDOW_SAMPLES : (at + 1) * WINDOW_SAMPLES] for at in range(count)]

    def feed(self, window: Samples) -> Iterator[News]:
        """What one window brings."""
        threshold = self._threshold - (_HYSTERESIS if self.is_speaking else 0)
        is_voiced = window.any() and self._activity.score(window) >= threshold
        self._now_ms += WINDOW_MS
        self._quiet_ms = 0 if is_voiced else self._quiet_ms + WINDOW_MS
        self._recent.append(bool(is_voiced))
        yield from self._speaking() if self.is_speaking else self._quiet()

    def stop(self) -> None:
        """The turn was ended from elsewhere, by a commit or by clearing the buffer."""
        self.is_speaking = self._is_paused = False
        self._recent.clear()

    def _quiet(self) -> Iterator[News]:
        if sum(self._recent) >= _ONSET_WINDOWS:
            self.is_speaking = True
            yield Started(self._now_ms - WINDOW_MS * (len(self._recent) - self._recent.index(True)))
        elif self._quiet_ms and self._quiet_ms % _FORGET_MS < WINDOW_MS:
            self._activity.forget()

    def _speaking(self) -> Iterator[News]:
        if not self._quiet_ms and self._is_paused:
            self._is_paused = False
            yield Resumed()
        if self._quiet_ms >= min(_PAUSE_MS, self._silence_ms) and not self._is_paused:
            self._is_paused = True
            yield Paused(self._now_ms)
        if self._quiet_ms >= self._silence_ms:
            self.stop()
            yield Stopped(self._now_ms)
