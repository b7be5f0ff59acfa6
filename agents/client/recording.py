"""What the agent was heard to say, laid out in time."""

import wave
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from ..wire import VOICE_SAMPLE_RATE_HZ
from .log import Voice

JITTER_SECS = 0.06
"""A frame that comes this late still belongs to the speech before it: no hole is cut for the network."""


def lay_out(voice: Iterable[Voice], interrupted_secs: Iterable[float] = ()) -> bytes:
    """The frames as one stretch of 24 kHz mono s16le that begins when the call was connected.

    ```
    arrival   0.30 0.34 0.39 0.42            1.10 1.14
    on tape   0.30 0.34 0.38 0.42  (silence) 1.10 1.14
    ```
    Where the agent was interrupted, what had come but not been played yet is not on it.
    """
    tape, interruptions = bytearray(), deque(sorted(interrupted_secs))
    for frame in voice:
        while interruptions and interruptions[0] <= frame.at_secs:
            del tape[_bytes_of(interruptions.popleft()) :]
        late_bytes = _bytes_of(frame.at_secs) - len(tape)
        if late_bytes > _bytes_of(JITTER_SECS) or not tape:
            tape.extend(bytes(max(late_bytes, 0)))
        tape.extend(frame.pcm)
    for at_secs in interruptions:
        del tape[_bytes_of(at_secs) :]
    return bytes(tape)


def _bytes_of(secs: float) -> int:
    return round(secs * VOICE_SAMPLE_RATE_HZ) * 2


def write_wav(path: Path, pcm: bytes) -> None:
    """Writes the agent's audio as a WAV file."""
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(VOICE_SAMPLE_RATE_HZ)
        wav.writeframes(pcm)
