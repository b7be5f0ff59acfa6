"""What the parts of one speech-to-speech session share."""

import time
from dataclasses import dataclass, field

from ..parts import Parts
from .conversation import Conversation
from .playback import Playback
from .wire import Wire


@dataclass
class Context:
    """One session's surroundings."""

    wire: Wire
    parts: Parts
    call: str | None
    model: str
    playback: Playback | None
    """Where sound travels apart from the events."""
    conversation: Conversation = field(default_factory=Conversation)


def unix_ms() -> float:
    """The time that a request log tells, in ms since 1970."""
    return round(time.time() * 1000, 1)
