"""Sound as it arrives, made into what the recogniser takes."""

import io

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

EARS_RATE_HZ = 16_000
"""What the recogniser hears: mono, signed 16 bit."""

Samples = npt.NDArray[np.int16]


def read_audio(file: bytes) -> Samples:
    """Decodes a sound file of any rate, width and number of channels; returns mono at `EARS_RATE_HZ`.

    Raises:
        ValueError: this is no sound file.
    """
    try:
        frames, rate_hz = soundfile.read(io.BytesIO(file), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise ValueError("no sound file") from error
    mono = np.nan_to_num(frames.mean(axis=1))
    if rate_hz != EARS_RATE_HZ and mono.size:
        mono = soxr.resample(mono, rate_hz, EARS_RATE_HZ)
    return to_samples(mono * 32768)


def from_pcm(pcm: bytes, rate_hz: int) -> Samples:
    """Mono signed 16 bit of any rate at `EARS_RATE_HZ`; half a sample at the end is dropped."""
    values = np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2").astype(np.float32)
    is_to_change = values.size and rate_hz != EARS_RATE_HZ
    return to_samples(soxr.resample(values, rate_hz, EARS_RATE_HZ) if is_to_change else values)


def to_samples(values: npt.NDArray[np.floating]) -> Samples:
    """Rounds to 16 bit, clipping what is too loud."""
    return np.clip(np.rint(values), -32768, 32767).astype(np.int16)
