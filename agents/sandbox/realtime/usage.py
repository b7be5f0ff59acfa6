"""What a response is counted for, and what is left of the limits: OpenAI's shapes, made-up figures."""

from .events import Event, event
from .thinking import Thought

_VOICE_TOKENS_PER_SEC = 20
"""What OpenAI counts of the model's sound."""


def usage(thought: Thought | None, words: int, audio_ms: float) -> Event:
    """`usage` of `response.done`."""
    text = thought.text_tokens if thought else 0
    audio = thought.audio_tokens if thought else 0
    spoken = round(audio_ms / 1000 * _VOICE_TOKENS_PER_SEC)
    cached = {"text_tokens": 0, "audio_tokens": 0, "image_tokens": 0}
    return {
        "total_tokens": text + audio + words + spoken,
        "input_tokens": text + audio,
        "output_tokens": words + spoken,
        "input_token_details": {
            "text_tokens": text,
            "audio_tokens": audio,
            "image_tokens": 0,
            "cached_tokens": 0,
            "cached_tokens_details": cached,
        },
        "output_token_details": {"text_tokens": words, "audio_tokens": spoken},
    }


def rate_limits() -> Event:
    """`rate_limits.updated`: they are never reached here, unless a fault says so."""
    limits = {"requests": 10_000, "tokens": 1_000_000}
    left = [
        {"name": name, "limit": limit, "remaining": limit - 1, "reset_seconds": 0.01}
        for name, limit in limits.items()
    ]
    return event("rate_limits.updated", rate_limits=left)
