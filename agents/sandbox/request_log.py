"""What has been asked of the sandbox, for tests and for the curious."""

from collections import deque
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

_KEPT = 1000


def now() -> str:
    """ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass
class Entry:
    """One request, written down when it has arrived; what it led to is filled in as it happens."""

    stage: Literal["stt", "llm", "tts", "realtime"]
    call: str | None
    """The header `X-Turnwise-Call`."""
    time: str = field(default_factory=now)
    """ISO 8601, UTC."""
    model: str | None = None
    fault: str | None = None
    """The fault that was played instead of, or in, the answer."""
    bytes: int = 0
    """Of the sound file that came, of the request's body, or of the audio sent so far."""
    heard: str | None = None
    """stt, realtime: what the recogniser made of it; on a WebSocket null until the audio is committed."""
    asked: str | None = None
    """llm, realtime: the last thing the user said, or wrote."""
    said: str | None = None
    """tts: the text to speak."""
    audio_secs: float | None = None
    """stt: length of the recording."""
    turn_end_unix_ms: float | None = None
    """realtime: when the user's turn was over, or the answer was asked for; this machine's clock."""
    first_text_unix_ms: float | None = None
    """realtime: when the first words of the answer had been sent."""
    first_audio_unix_ms: float | None = None
    """realtime: when its first sound had been sent, or could be played."""

    def fields(self) -> dict[str, Any]:
        """As clients see it: of the fields that not every stage has, only those of its own."""
        others = set().union(*_OWN.values()) - _OWN[self.stage]
        return {name: value for name, value in asdict(self).items() if name not in others}


_OWN = {
    "stt": {"heard", "audio_secs"},
    "llm": {"asked"},
    "tts": {"said"},
    "realtime": {"heard", "asked", "turn_end_unix_ms", "first_text_unix_ms", "first_audio_unix_ms"},
}


class RequestLog:
    """The last thousand requests, newest last."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_KEPT)

    def add(self, entry: Entry) -> Entry:
        """Writes down and returns the entry, to be completed by whoever serves the request."""
        self._entries.append(entry)
        return entry

    def all(self) -> list[dict[str, Any]]:
        """Every entry as clients see it."""
        return [entry.fields() for entry in self._entries]

    def clear(self) -> None:
        """Forgets them."""
        self._entries.clear()
