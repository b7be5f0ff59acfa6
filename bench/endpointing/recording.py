"""A recording in a quiet room, and when its speech ends."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr
from numpy.typing import NDArray

RATE_HZ = 16_000
ROOM_DBFS = -60.0
LEAD_SECS, TAIL_SECS = 1.0, 5.0
AUDIBLE_DB = 25.0
"""What is this far below the loudest is taken for the recording's own noise, not for speech."""
_STEP = RATE_HZ // 100
Samples = NDArray[np.float32]


class Unreadable(Exception):
    """A file that holds no recording of speech, and why."""


@dataclass(frozen=True)
class Recording:
    """Speech at 16 kHz between 1 s and 5 s of a quiet room, as 16 bit PCM."""

    name: str
    pcm: bytes
    speech_end_secs: float
    """From the start of `pcm` to the end of its last audible 10 ms."""


def read_recording(path: Path, pause_secs: float = 0.0) -> Recording:
    """Reads any file that libsndfile knows; a gap between two words can be made a pause of some length.

    Raises:
        Unreadable: it holds no audio.
    """
    speech = _read(path)
    if pause_secs:
        before, after = _between_words(speech)
        pause = np.zeros(round(pause_secs * RATE_HZ), np.float32)
        speech = np.concatenate([speech[:before], pause, speech[after:]])
    lead, tail = round(LEAD_SECS * RATE_HZ), round(TAIL_SECS * RATE_HZ)
    scene = np.pad(speech, (lead, tail)) + _room(lead + len(speech) + tail)
    pcm = np.clip(np.round(scene * 32768), -32768, 32767).astype("<i2").tobytes()
    return Recording(path.name, pcm, LEAD_SECS + _audible(speech)[-1] * _STEP / RATE_HZ + 0.01)


def _read(path: Path) -> Samples:
    try:
        samples, rate_hz = sf.read(path, dtype="float32", always_2d=True)
    except (sf.LibsndfileError, OSError) as error:
        raise Unreadable(f"{path} cannot be read: {error}") from error
    mono = samples.mean(axis=1)
    speech = mono if rate_hz == RATE_HZ else soxr.resample(mono, rate_hz, RATE_HZ, quality="HQ")
    if len(speech) < _STEP or not speech.any():
        raise Unreadable(f"{path} is empty or silent")
    return speech.astype(np.float32)


def _room(length: int) -> Samples:
    """White noise, always the same."""
    noise = np.random.default_rng(0).standard_normal(length)
    return (noise * 10 ** (ROOM_DBFS / 20)).astype(np.float32)


def _levels(speech: Samples) -> NDArray[np.float64]:
    """The level of each 10 ms in dBFS."""
    steps = speech[: len(speech) // _STEP * _STEP].reshape(-1, _STEP).astype(np.float64)
    return 10 * np.log10((steps**2).mean(axis=1) + 1e-12)


def _audible(speech: Samples) -> NDArray[np.intp]:
    """Which 10 ms are audible: within 25 dB of the loudest (of 99 of 100, so that a click is none)."""
    levels = _levels(speech)
    return np.flatnonzero(levels > np.percentile(levels, 99) - AUDIBLE_DB)


def _between_words(speech: Samples) -> tuple[int, int]:
    """Where a pause belongs: the gap around the quietest 50 ms in the middle half of what is audible."""
    audible = _audible(speech)
    first, last = audible[0], audible[-1]
    quarter = (last - first) // 4
    energy = 10 ** (_levels(speech) / 10)
    around = np.convolve(energy, np.ones(5), "same")[first + quarter : last - quarter + 1]
    quietest = first + quarter + np.argmin(around)
    before = audible[audible < quietest][-1] + 1
    after = audible[audible >= quietest][0]
    return int(before) * _STEP, int(after) * _STEP
