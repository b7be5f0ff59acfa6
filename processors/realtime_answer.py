"""One answer of a realtime model, and how far it has come."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..agents.frames import SpeechBeginsFrame
from ..agents.realtime.connection import Event
from ..agents.speech_progress import SpeechProgress
from .realtime_session import RealtimeSession


@dataclass
class SpokenItem:
    """A piece of an answer that is told as one item, and spoken."""

    item_id: str
    content_index: int
    begins: SpeechBeginsFrame = field(default_factory=SpeechBeginsFrame)
    """Has its words."""
    is_announced: bool = False


@dataclass
class RealtimeAnswer:
    """What the model has said in one response, on one session."""

    session: RealtimeSession
    response_id: str
    is_aside: bool = False
    """Whether it is said while the agent thinks, and is no part of the conversation."""
    items: list[SpokenItem] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    """The tools that it called, as the API tells them."""
    has_words: bool = False
    has_audio: bool = False
    is_done: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing has come of it."""
        return not (self.has_words or self.has_audio or self.calls)

    def item(self, item_id: str, content_index: int) -> tuple[SpokenItem, bool]:
        """The item that is being spoken, and whether it has only just begun."""
        known = next((each for each in self.items if each.item_id == item_id), None)
        if known:
            return known, False
        self.items.append(SpokenItem(item_id, content_index))
        return self.items[-1], True

    def taken_back(self, speech: SpeechProgress) -> Iterator[Event]:
        """What tells the model how little of the answer was heard."""
        if not self.is_done:
            yield {"type": "response.cancel", "response_id": self.response_id}
        for item in self.items:
            heard_secs = speech.heard_secs(item.begins.id)
            if heard_secs is not None:
                yield {
                    "type": "conversation.item.truncate",
                    "item_id": item.item_id,
                    "content_index": item.content_index,
                    "audio_end_ms": int(heard_secs * 1000),
                }
