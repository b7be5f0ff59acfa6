"""Where in a recording somebody speaks.

A recogniser that is given noise makes words of it, so what has no voice in it is left out. Speech
is cut at pauses, and each piece is brought to one loudness between the same quiet edges: the
decoder loses words that begin or end with the recording, and reads the room off what lies around.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .audio import EARS_RATE_HZ, Samples, to_samples

_FRAME = EARS_RATE_HZ // 100
_LONGEST_GAP_FRAMES = 35
_EDGE = EARS_RATE_HZ // 10
_PADDING = 3 * EARS_RATE_HZ // 10
_LEAST_VOICED_FRAMES = 6
_VOICING_WINDOW = 512
_PITCH_LAGS = slice(EARS_RATE_HZ // 400, EARS_RATE_HZ // 60)
_VOICED = 0.5
_LEVEL_RMS = 3000.0
_ROOM_RMS = 200.0

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Stretch:
    """Speech between two pauses, or as far as the recording goes."""

    start: int
    """Its first sample in the recording."""
    end: int
    """One after its last."""
    is_open: bool
    """Whether the recording ends without a pause after it, so that more may follow."""
    staged: Samples
    """Ready for the decoder."""

    def at(self, staged_sample: int) -> int:
        """Where in the recording a sample is that the decoder was given."""
        return min(self.end, max(self.start, self.start + staged_sample - _PADDING))


def spoken_stretches(samples: Samples, loudest: float = 0.0) -> list[Stretch]:
    """The stretches of speech, in order; empty if nobody speaks. `loudest` is the RMS of what came before."""
    sound = samples.astype(np.float64)
    if sound.size < _VOICING_WINDOW:
        return []
    sound -= sound.mean()
    threshold = _threshold(_loudness(sound), loudest)
    is_quiet_from = sound.size - _LONGEST_GAP_FRAMES * _FRAME
    return [
        Stretch(start, min(end, sound.size), end - _EDGE > is_quiet_from, _staged(sound[start:end]))
        for start, end in _stretches(sound, threshold)
        if _has_voice(sound[start:end], threshold)
    ]


def loudest_of(samples: Samples) -> float:
    """RMS of the loudest 10 ms."""
    return float(_loudness(samples.astype(np.float64)).max(initial=0.0))


def _loudness(sound: _Floats) -> _Floats:
    """RMS of each 10 ms."""
    whole = sound[: sound.size // _FRAME * _FRAME].reshape(-1, _FRAME)
    return np.sqrt((whole**2).mean(axis=1))


def _threshold(loudness: _Floats, loudest_before: float) -> float:
    """Above the room and what is faint beside the loudest; low enough for speech without pauses."""
    heard = loudness[loudness > 2]
    if not heard.size:
        return 32768.0
    room, loudest = float(np.percentile(heard, 10)), max(loudest_before, float(heard.max()))
    return max(30.0, 0.02 * loudest, min(3 * room, 0.12 * loudest))


def _stretches(sound: _Floats, threshold: float) -> list[tuple[int, int]]:
    """First and last sample of each stretch, `_EDGE` added where the recording has it."""
    loud = np.flatnonzero(_loudness(sound) > threshold)
    if not loud.size:
        return []
    breaks = np.flatnonzero(np.diff(loud) > _LONGEST_GAP_FRAMES)
    starts = loud[np.r_[0, breaks + 1]] * _FRAME
    ends = (loud[np.r_[breaks, loud.size - 1]] + 1) * _FRAME
    return [(max(0, int(start) - _EDGE), int(end) + _EDGE) for start, end in zip(starts, ends, strict=True)]


def _has_voice(part: _Floats, threshold: float) -> bool:
    """Whether enough of the loud 10 ms steps have the period of a voice."""
    if part.size < _VOICING_WINDOW:
        return False
    loudness = np.sqrt(_windows(part**2).mean(axis=1))
    windows = _windows(np.append(part[0], part[1:] - 0.9 * part[:-1]))[loudness > threshold]
    voiced = 0
    for start in range(0, len(windows), 100):
        voiced += _voiced(windows[start : start + 100])
        if voiced >= _LEAST_VOICED_FRAMES:
            return True
    return False


def _windows(sound: _Floats) -> _Floats:
    return np.lib.stride_tricks.sliding_window_view(sound, _VOICING_WINDOW)[::_FRAME]


def _voiced(windows: _Floats) -> int:
    spectra = np.fft.rfft(windows, 2 * _VOICING_WINDOW)
    echo = np.fft.irfft(np.abs(spectra) ** 2)[:, :_VOICING_WINDOW]
    # A window of N samples overlaps itself in N - lag of them only.
    overlap = 1 - np.arange(_VOICING_WINDOW) / _VOICING_WINDOW
    periodic = (echo / overlap / (echo[:, :1] + 1e-9))[:, _PITCH_LAGS]
    return int((periodic.max(axis=1, initial=0) > _VOICED).sum())


def _staged(part: _Floats) -> Samples:
    quiet = np.zeros(_PADDING)
    level = _LEVEL_RMS / max(1.0, float(np.sqrt((part**2).mean())))
    staged = np.concatenate([quiet, part * level, quiet])
    return to_samples(staged + np.resize(_ROOM, staged.size))


def _pink_noise(size: int) -> _Floats:
    """The same noise every time, so that the same audio is always heard the same."""
    spectrum = np.fft.rfft(np.random.default_rng(0).standard_normal(size))
    spectrum /= np.sqrt(np.maximum(1, np.arange(spectrum.size)))
    noise = np.fft.irfft(spectrum, size)
    return noise / np.sqrt((noise**2).mean())


_ROOM = _ROOM_RMS * _pink_noise(4 * EARS_RATE_HZ)
