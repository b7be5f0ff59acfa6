"""What a client may send, in kind and in amount, whichever way it comes."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from pipecat.processors.frameworks.rtvi.models import MESSAGE_LABEL

from .rate_limit import TokenBucket

Refuse = Callable[[str], None]

NO_FRAME = "What arrived is no frame that this server knows; it was dropped."
WRONG_AUDIO = "Microphone audio must be 16 kHz, mono, 16 bit; what arrived was dropped."
TOO_MUCH = "More arrives than a microphone can send; the rest was dropped."

FRAMES_PER_SEC, FRAMES_AT_ONCE = 200.0, 500.0
AUDIO_PER_SEC, AUDIO_SECS_AT_ONCE = 1.5, 8.0
"""A network that stood still delivers what it held back; nothing else is faster than real time."""

MOST_REFUSED = 20_000
"""A client that goes on after this many is no client."""


class Intake:
    """Counts what one client sends, and what of it is refused.

    The client is told once for each kind of refusal, and `give_up` is called where it does not stop.
    """

    def __init__(self, refuse: Refuse, give_up: Callable[[], None]) -> None:
        self._refuse = refuse
        self._give_up = give_up
        self._frames = TokenBucket(FRAMES_PER_SEC, FRAMES_AT_ONCE)
        self._audio_secs = TokenBucket(AUDIO_PER_SEC, AUDIO_SECS_AT_ONCE)
        self.refused: Counter[str] = Counter()

    def takes_frame(self) -> bool:
        """Whether one more message or piece of audio may come in."""
        return self._frames.take() or self.refuse(TOO_MUCH)

    def takes_audio(self, secs: float) -> bool:
        """Whether so much more of microphone audio may come in."""
        return self._audio_secs.take(secs) or self.refuse(TOO_MUCH)

    def refuse(self, sentence: str) -> bool:
        """Counts something that is dropped; always False."""
        self.refused[sentence] += 1
        if self.refused[sentence] == 1:
            self._refuse(sentence)
        if self.refused.total() == MOST_REFUSED:
            self._give_up()
        return False


def is_rtvi(message: Any) -> bool:
    """Whether it is an RTVI message that Pipecat can take apart without complaint."""
    return (
        isinstance(message, dict)
        and message.get("label") == MESSAGE_LABEL
        and isinstance(message.get("type"), str)
        and isinstance(message.get("id"), str)
        and isinstance(message.get("data"), dict | None)
    )
