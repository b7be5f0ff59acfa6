"""When the agent's voice sets in, for whoever listens."""

from collections.abc import Iterable
from math import inf

from ..wire import VOICE_SAMPLE_RATE_HZ
from .log import Voice
from .speech import first_audible


def first_sound_secs(voice: Iterable[Voice]) -> float | None:
    """When the first audible sample is played, if each frame is as soon as it has come; None without any.

    ```
    arrival   0.30 0.30 0.32 0.34      over a WebSocket, one frame ahead
    played    0.30 0.32 0.34 0.36
    ```
    A frame may come before its time and begin with silence: when it came is not when it is heard, and how
    long before differs from one transport to the other.
    """
    free_secs = -inf
    for frame in voice:
        begins_secs = max(frame.at_secs, free_secs)
        samples = first_audible(frame.pcm)
        if samples is not None:
            return begins_secs + samples / VOICE_SAMPLE_RATE_HZ
        free_secs = begins_secs + len(frame.pcm) / 2 / VOICE_SAMPLE_RATE_HZ
    return None
