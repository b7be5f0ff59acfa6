"""The `audio.input` of a session: what is heard in it, and what becomes of that."""

from .connection import MODEL_RATE_HZ, Event

PCM = {"type": "audio/pcm", "rate": MODEL_RATE_HZ}


def audio_input(model: str, *, noise_reduction: str, turn_detection: Event | None, **hints: str) -> Event:
    """What is heard is written down by `model`, with `hints` as its language.

    A hint that is empty, and an empty `noise_reduction`, is the API's own default; without
    `turn_detection` turns are ours to detect.
    """
    heard: Event = {
        "format": PCM,
        "transcription": {"model": model, **{name: hint for name, hint in hints.items() if hint}},
        "turn_detection": turn_detection,
    }
    if noise_reduction:
        heard["noise_reduction"] = {"type": noise_reduction}
    return heard
