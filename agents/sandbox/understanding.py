"""What speech says, window by window, so that the beginning is understood while the rest is still to come.

A window that is not over is cut at pauses, and where there is none at the end of a word. Cut anywhere
else, open English would make two wrong words of one, and an expected phrase would be none any more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from .audio import EARS_RATE_HZ, Samples, from_pcm
from .decoder import Guess, SpeechDecoder
from .segments import Stretch, loudest_of, spoken_stretches
from .spelling import is_whole, written

WINDOW_SECS = 8.0
"""Shorter ones cost more, for more is heard twice: 15 % at 8 s, and 30 % at 6 s."""

LONGEST_WINDOW_SECS = 2 * WINDOW_SECS

_LEAST_OPEN_SAMPLES = 3 * EARS_RATE_HZ
"""What has only begun is left for the next window."""

_HELD_BACK_SAMPLES = EARS_RATE_HZ // 2
"""The last words lack what follows them, and one of them may be cut through."""

_CHOICE_SAMPLES = 2 * EARS_RATE_HZ
"""Of the words that end in this time the one with the quietest end is the last."""

_AROUND_AN_END_SAMPLES = EARS_RATE_HZ // 50
_ONSET_SAMPLES = EARS_RATE_HZ
"""What is no speech yet may be the beginning of some."""


@dataclass(frozen=True)
class Window:
    """Sound, from the oldest on that nobody has understood yet."""

    pcm: bytes
    """Mono s16le."""
    rate_hz: int
    is_over: bool = True
    """Whether nothing follows."""
    loudest: float = 0.0
    """RMS of the loudest 10 ms before: what is faint beside it is no speech."""

    @property
    def is_longest(self) -> bool:
        """Whether some of it has to be settled, come what may."""
        return len(self.pcm) / 2 >= LONGEST_WINDOW_SECS * self.rate_hz


@dataclass(frozen=True)
class Piece:
    """Words that were found together."""

    words: tuple[str, ...]
    is_expected: bool
    """Whether they were found among the expected phrases."""
    is_end: bool
    """Whether a pause follows."""


@dataclass(frozen=True)
class Understood:
    """What a window says so far, and how much of it that is; the rest is heard again with what follows."""

    pieces: tuple[Piece, ...]
    secs: float
    loudest: float
    is_stuck: bool
    """Whether more can only be said of a window that is longer."""


def understand(decoder: SpeechDecoder, window: Window) -> Understood:
    """Decodes what of a window can be settled: if it is over, all of it."""
    samples = from_pcm(window.pcm, window.rate_hz)
    stretches = spoken_stretches(samples, window.loudest)
    going_on = stretches.pop() if not window.is_over and stretches and stretches[-1].is_open else None
    pieces = [_whole(decoder, stretch) for stretch in stretches]
    done, is_stuck = samples.size, False
    if going_on:
        begun, done = _beginning(decoder, going_on, samples, must=window.is_longest)
        pieces += [begun] if begun else []
        is_stuck = begun is None and _is_long(going_on)
    elif not window.is_over:
        done = max([0, samples.size - _ONSET_SAMPLES, *(stretch.end for stretch in stretches)])
    loudest = max(window.loudest, loudest_of(samples[:done]))
    return Understood(tuple(pieces), done / EARS_RATE_HZ, loudest, is_stuck)


def text_of(pieces: Sequence[Piece]) -> str:
    """The pieces in sentences; words of one kind without a pause are read together."""
    texts = (
        written(tuple(word for piece in run for word in piece.words))
        for breath in _breaths(pieces)
        for _, run in groupby(breath, key=lambda piece: piece.is_expected)
    )
    return " ".join(filter(None, texts))


def _breaths(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    breath: list[Piece] = []
    for piece in pieces:
        breath.append(piece)
        if piece.is_end:
            yield breath
            breath = []
    yield breath


def _whole(decoder: SpeechDecoder, stretch: Stretch) -> Piece:
    found = decoder.decode(stretch.staged)
    return Piece(found.words, found.is_expected, is_end=True)


def _beginning(
    decoder: SpeechDecoder, stretch: Stretch, samples: Samples, *, must: bool
) -> tuple[Piece | None, int]:
    """What can be settled of speech that goes on, and the sample from which on nothing is."""
    if not _is_long(stretch):
        return None, stretch.start
    found = decoder.decode(stretch.staged)
    ends = [stretch.at(end) for end in found.ends]
    until = stretch.end - _HELD_BACK_SAMPLES
    count = _phrases(found, ends, until) if found.is_expected else _until_a_dip(ends, until, samples)
    if not count and not must:
        return None, stretch.start
    count = count or sum(end <= until for end in ends)
    return Piece(found.words[:count], found.is_expected, is_end=False), ends[count - 1] if count else until


def _is_long(stretch: Stretch) -> bool:
    return stretch.end - stretch.start >= _LEAST_OPEN_SAMPLES


def _phrases(found: Guess, ends: Sequence[int], until: int) -> int:
    """How many of the words are expected phrases from the first on, and end before `until`."""
    counts = range(sum(end <= until for end in ends), 0, -1)
    return next((count for count in counts if is_whole(found.words[:count])), 0)


def _until_a_dip(ends: Sequence[int], until: int, samples: Samples) -> int:
    """How many words there are up to the one whose end is the quietest of the last."""

    def loudness(count: int) -> float:
        end = ends[count - 1]
        around = samples[max(0, end - _AROUND_AN_END_SAMPLES) : end + _AROUND_AN_END_SAMPLES]
        return float((around.astype(np.float64) ** 2).mean())

    counts = [count for count, end in enumerate(ends, 1) if until - _CHOICE_SAMPLES <= end <= until]
    return min(counts, key=loudness, default=0)
