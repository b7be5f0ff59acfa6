"""Speech as samples: read from a file, and told apart from silence."""

from pathlib import Path

import numpy as np
import soundfile
import soxr

from ..wire import MIC_SAMPLE_RATE_HZ
from .errors import BadInput

AUDIBLE_PEAK = 328
"""1 % of full scale (-40 dBFS): audio that never gets this loud says nothing."""

_TAIL = 0.02
"""An utterance is over where it stays below this part of its own peak (-34 dB), for noise has a tail."""


def read_wav(path: Path) -> bytes:
    """The file as microphone audio, 16 kHz mono s16le; a file of that format comes back bit by bit.

    Raises:
        BadInput: there is no such file, it is no audio, or it is empty.
    """
    if not path.is_file():
        raise BadInput(f"{path}: there is no such file; give the path of a WAV file")
    try:
        samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise BadInput(f"{path}: this is no audio that can be read; give a WAV file") from error
    if not len(samples):
        raise BadInput(f"{path}: there is no audio in it; give a WAV file with speech")
    mono = samples.mean(axis=1)
    return _to_pcm(
        mono if rate_hz == MIC_SAMPLE_RATE_HZ else soxr.resample(mono, rate_hz, MIC_SAMPLE_RATE_HZ)
    )


def _to_pcm(samples: np.ndarray) -> bytes:
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype("<i2").tobytes()


def audible_samples(pcm: bytes) -> int:
    """How many samples there are up to the last audible one; 0 where there is none."""
    loudness = _loudness(pcm)
    if not len(loudness) or loudness.max() < AUDIBLE_PEAK:
        return 0
    return int(np.flatnonzero(loudness >= loudness.max() * _TAIL)[-1]) + 1


def leading_samples(pcm: bytes) -> int:
    """How many samples there are before the first audible one; 0 where there is none."""
    loudness = _loudness(pcm)
    if not len(loudness) or loudness.max() < AUDIBLE_PEAK:
        return 0
    return int(np.flatnonzero(loudness >= loudness.max() * _TAIL)[0])


def first_audible(pcm: bytes) -> int | None:
    """How many samples there are before the first that a person would hear; None where there is none."""
    audible = np.flatnonzero(_loudness(pcm) >= AUDIBLE_PEAK)
    return int(audible[0]) if len(audible) else None


def is_audible(pcm: bytes) -> bool:
    """Whether a person would hear anything."""
    return first_audible(pcm) is not None


def _loudness(pcm: bytes) -> np.ndarray:
    samples = np.frombuffer(pcm, dtype="<i2", count=len(pcm) // 2)
    return np.abs(samples.astype(np.int32))
