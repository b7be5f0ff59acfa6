"""One end of a call between us and a realtime model, as OpenAI has it."""

from collections.abc import Awaitable, Callable

from ..webrtc.end import Terms, WebRTCEnd
from ..webrtc.paced_track import PacedTrack
from .connection import MODEL_RATE_HZ

_TERMS = Terms("oai-events", MODEL_RATE_HZ)


def realtime_end(
    fetch: Callable[[int], bytes],
    hear: Callable[[bytes], Awaitable[None]],
    take: Callable[[str], None],
    on_gone: Callable[[], None],
) -> WebRTCEnd:
    """An end that plays what `fetch` gives, 20 ms at a time; sound is at `MODEL_RATE_HZ` both ways."""
    return WebRTCEnd(_TERMS, PacedTrack(MODEL_RATE_HZ, fetch), hear, take, on_gone)
