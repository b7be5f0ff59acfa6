"""What came in during a call, with the time of each; everything else is read off it."""

from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Message:
    """An RTVI message; of a `server-message` the type and data are those inside.

    `at_secs` counts from the moment the call was connected, here and everywhere on this side.
    What cannot be read, and audio of another format, is of type `unreadable`.
    """

    at_secs: float
    type: str
    data: dict[str, Any]


class Voice(NamedTuple):
    """A frame of the agent's voice, 24 kHz mono s16le, and when it arrived."""

    at_secs: float
    pcm: bytes


class SeenState(NamedTuple):
    """A state that the agent said it was in, and since when."""

    state: str
    at_secs: float


class Observer:
    """Is told what comes in, as it comes; must not take long."""

    def message(self, message: Message) -> None:
        """A message came."""

    def voice(self, voice: Voice) -> None:
        """A frame of the agent's voice came."""


class CallLog:
    """The record of one call. Lists only ever grow, in order of arrival."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.voice: list[Voice] = []
        self.states: list[SeenState] = []

    def add(self, message: Message) -> None:
        """Keeps a message."""
        self.messages.append(message)
        if message.type == "agent-state":
            self.states.append(SeenState(str(message.data.get("state")), message.at_secs))

    def of(self, *types: str, since_secs: float = 0.0) -> list[Message]:
        """The messages of these types that came at or after a time."""
        return [each for each in self.messages if each.type in types and each.at_secs >= since_secs]

    def summary(self) -> str:
        """The states with their times and the errors, for a sentence about what did not come."""
        states = ", ".join(f"{state} at {at_secs:.2f} s" for state, at_secs in self.states) or "no state"
        errors = [f"{each.data.get('stage')} {each.data.get('code')}" for each in self.of("agent-error")]
        return f"{states}; errors: {', '.join(errors) or 'none'}"


def unwrap(message: dict[str, Any], at_secs: float) -> Message:
    """A decoded RTVI message as the log keeps it."""
    data = message.get("data")
    data = data if isinstance(data, dict) else {}
    if message["type"] == "server-message":
        return Message(at_secs, str(data.get("type")), data)
    return Message(at_secs, message["type"], data)
