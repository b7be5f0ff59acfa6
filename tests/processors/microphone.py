"""What comes from a microphone, and how much of it arrives."""

import numpy as np
from pipecat.frames.frames import InputAudioRawFrame

LOUD = 8_000


def audio(value: int = LOUD, secs: float = 0.02) -> InputAudioRawFrame:
    """So much of one value, at 16 kHz."""
    return InputAudioRawFrame(np.full(int(secs * 16_000), value, np.int16).tobytes(), 16_000, 1)


def loud_secs(pcm: bytes) -> float:
    """How much of 24 kHz audio is not silent."""
    return float((np.abs(np.frombuffer(pcm, "<i2")) > 1000).sum() / 24_000)
