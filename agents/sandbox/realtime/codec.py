"""The formats of sound on the wire: PCM at 24 kHz, and the telephone's G.711 at 8 kHz."""

from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import soxr

from ..audio import to_samples
from .shapes import WIRE_RATE_HZ

Format = Literal["audio/pcm", "audio/pcmu", "audio/pcma"]
_PHONE_RATE_HZ = 8_000
_Law = npt.NDArray[np.int16]


class SoundDecoder:
    """Makes PCM at `WIRE_RATE_HZ` of one stream of sound, piece by piece."""

    def __init__(self, kind: Format) -> None:
        self.kind = kind
        self._resampler = soxr.ResampleStream(_PHONE_RATE_HZ, WIRE_RATE_HZ, 1, "float32", "LQ")
        self._half = b""

    def decode(self, sound: bytes) -> bytes:
        """What arrived, as mono s16le."""
        if self.kind != "audio/pcm":
            values = _values(self.kind)[np.frombuffer(sound, np.uint8)].astype(np.float32)
            return to_samples(self._resampler.resample_chunk(values)).tobytes()
        sound, even = self._half + sound, (len(self._half) + len(sound)) // 2 * 2
        self._half = sound[even:]
        return sound[:even]


def encode(pcm: bytes, kind: Format) -> bytes:
    """Mono s16le at `WIRE_RATE_HZ` in the format of the wire."""
    if kind == "audio/pcm" or not pcm:
        return pcm
    samples = soxr.resample(np.frombuffer(pcm, "<i2").astype(np.float32), WIRE_RATE_HZ, _PHONE_RATE_HZ)
    values = _values(kind)
    order = np.argsort(values, kind="stable")
    middles = (values[order][1:].astype(np.int32) + values[order][:-1]) / 2
    return order[np.searchsorted(middles, to_samples(samples))].astype(np.uint8).tobytes()


def bytes_per_sec(kind: Format) -> int:
    """Of sound in this format."""
    return 2 * WIRE_RATE_HZ if kind == "audio/pcm" else _PHONE_RATE_HZ


@lru_cache(maxsize=2)
def _values(kind: Format) -> _Law:
    """What each of the 256 codes stands for (ITU-T G.711)."""
    codes = np.arange(256)
    if kind == "audio/pcmu":
        codes = ~codes & 0xFF
        size = (((codes & 0x0F) << 3) + 0x84 << (codes >> 4 & 7)) - 0x84
        return np.where(codes & 0x80, -size, size).astype(np.int16)
    codes = codes ^ 0x55
    exponent, size = codes >> 4 & 7, ((codes & 0x0F) << 4) + 8
    size = np.where(exponent, size + 0x100 << np.maximum(exponent - 1, 0), size)
    return np.where(codes & 0x80, size, -size).astype(np.int16)
