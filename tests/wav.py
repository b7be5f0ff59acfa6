"""Audio as a file."""

import io
import wave


def wav(pcm: bytes, rate_hz: int, channels: int = 1) -> bytes:
    """A WAV file of s16le audio."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(rate_hz)
        writer.writeframes(pcm)
    return file.getvalue()
