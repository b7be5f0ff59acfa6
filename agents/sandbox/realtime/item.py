"""One item of a conversation: what the client sees of it, and what the model knows."""

import asyncio
import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..completion import tokens_of
from .events import RefusedEvent, new_id
from .item_shapes import ClientItem, InputAudio, UserMessage

Hearing = asyncio.Task[str]


@dataclass
class Item:
    """An item; `shape` is what events show of it."""

    id: str
    shape: dict[str, Any]
    hearings: list[Hearing] = field(default_factory=list)
    """What the user's sound says, as soon as that is known; one for each part that is sound."""
    audio_ms: float = 0
    """How long the sound is: what the user said, or what the model did."""
    truncated: str | None = None
    """What the user heard of the model, as far as can be told; None where it was not broken off."""

    @property
    def role(self) -> str | None:
        """Of a message."""
        return self.shape.get("role")

    async def message(self) -> dict[str, Any]:
        """The item as a message of a chat completion, once everything in it was listened to."""
        match self.shape["type"]:
            case "function_call":
                function = {"name": self.shape["name"], "arguments": self.shape["arguments"]}
                call = {"id": self.shape["call_id"], "type": "function", "function": function}
                return {"role": "assistant", "content": None, "tool_calls": [call]}
            case "function_call_output":
                output = self.shape["output"]
                return {"role": "tool", "tool_call_id": self.shape["call_id"], "content": output}
        return {"role": self.role, "content": await self._text()}

    async def _text(self) -> str:
        hearings = iter(self.hearings)
        parts = self.shape["content"]
        texts = [
            await asyncio.shield(next(hearings)) if part["type"] == "input_audio" else self._said(part)
            for part in parts
        ]
        return " ".join(text for text in texts if text)

    def _said(self, part: dict[str, Any]) -> str:
        return part.get("text") or self.truncated or part.get("transcript") or ""

    def truncate(self, end_ms: int) -> None:
        """Forgets what the user has not heard, and with it the transcript.

        Raises:
            RefusedEvent: it is not as long.
        """
        part = self.shape["content"][0]
        if end_ms > self.audio_ms:
            raise RefusedEvent(
                f"Audio content of {self.audio_ms:.0f}ms is already shorter than {end_ms}ms",
                "invalid_value",
                "audio_end_ms",
            )
        tokens = tokens_of(self.truncated or part.get("transcript") or "")
        share = end_ms / self.audio_ms if self.audio_ms else 0
        self.truncated = "".join(tokens[: round(len(tokens) * share)])
        self.audio_ms = end_ms
        part["transcript"] = None


def of_client(said: ClientItem, listen: Callable[[bytes], tuple[Hearing, float]]) -> Item:
    """An item that the client made; `listen` begins to listen to sound, and tells its length in ms.

    Raises:
        RefusedEvent: its sound is no base64.
    """
    shape = said.model_dump(exclude_none=True, exclude={"id", "object", "status"})
    item = Item(said.id or new_id("item"), {})
    if isinstance(said, UserMessage):
        for at, part in enumerate(said.content):
            if isinstance(part, InputAudio):
                shape["content"][at] = {"type": "input_audio", "transcript": part.transcript}
                hearing, length_ms = listen(sound_of(part.audio, "item.content.audio"))
                item.hearings.append(hearing)
                item.audio_ms += length_ms
    if shape["type"] == "function_call":
        shape.setdefault("call_id", new_id("call"))
    item.shape = {"id": item.id, "object": "realtime.item", "status": "completed", **shape}
    if shape["type"] == "function_call_output":
        del item.shape["status"]
    return item


def of_speech(item_id: str, hearing: Hearing, length_ms: float) -> Item:
    """What the user said aloud."""
    shape = {
        "id": item_id,
        "object": "realtime.item",
        "type": "message",
        "status": "completed",
        "role": "user",
        "content": [{"type": "input_audio", "transcript": None}],
    }
    return Item(item_id, shape, [hearing], length_ms)


def sound_of(text: object, param: str) -> bytes:
    """Sound from base64.

    Raises:
        RefusedEvent: it is none.
    """
    try:
        return base64.b64decode(text if isinstance(text, str) else "%", validate=True)
    except (binascii.Error, ValueError):
        raise RefusedEvent(f"Invalid '{param}': expected base64.", "invalid_value", param) from None
