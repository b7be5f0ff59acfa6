"""One item of a response as it comes into being, and the events that tell of it."""

import base64
from typing import Any

from ..request_log import Entry
from .codec import Format, bytes_per_sec
from .context import Context, unix_ms
from .events import event, new_id
from .item import Item


class Output:
    """An item that the model makes. `response_id` and `index` are its place in the response."""

    def __init__(
        self, context: Context, entry: Entry, response_id: str, index: int, shape: dict[str, Any]
    ) -> None:
        item_id = new_id("item")
        head = {"id": item_id, "object": "realtime.item", "status": "in_progress"}
        self.item = Item(item_id, {**head, **shape})
        self._wire = context.wire
        self._conversation = context.conversation
        self._playback = context.playback
        self._entry = entry
        self._place = {"response_id": response_id, "output_index": index}
        self._is_default = True

    async def begin(self, *, is_default: bool) -> None:
        """Tells of the item; it joins the conversation if the response is part of that."""
        self._is_default = is_default
        await self._wire.send(event("response.output_item.added", **self._place, item=self.item.shape))
        if is_default:
            await self._wire.send(self._conversation.add(self.item))

    async def finish(self, status: str) -> None:
        """Tells that no more comes: `completed` or `incomplete`."""
        self.item.shape["status"] = status
        await self._wire.send(event("response.output_item.done", **self._place, item=self.item.shape))
        if self._is_default:
            await self._wire.send(self._conversation.told(self.item, "done"))

    async def _say(self, kind: str, **fields: Any) -> None:
        """An event about this item."""
        place = {**self._place, "item_id": self.item.id}
        await self._wire.send(event(f"response.{kind}", **place, **fields))


class Message(Output):
    """What the model says: text, or sound with its transcript."""

    def __init__(
        self, context: Context, entry: Entry, response_id: str, index: int, sound: Format | None
    ) -> None:
        super().__init__(
            context, entry, response_id, index, {"type": "message", "role": "assistant", "content": []}
        )
        self._field = "transcript" if sound else "text"
        self._kind = "output_audio_transcript" if sound else "output_text"
        self._sound: Format | None = sound
        self.text = ""

    async def begin(self, *, is_default: bool) -> None:
        """Tells of the item and of its only part."""
        await super().begin(is_default=is_default)
        await self._say("content_part.added", content_index=0, part=self._part())
        self.item.shape["content"] = [self._content()]

    async def write(self, token: str) -> None:
        """More words."""
        await self._say(f"{self._kind}.delta", content_index=0, delta=token)
        self._entry.first_text_unix_ms = self._entry.first_text_unix_ms or unix_ms()
        self.text += token
        self.item.shape["content"] = [self._content()]

    async def sound(self, piece: bytes) -> None:
        """More sound, in the format of the wire."""
        assert self._sound, "it is spoken"
        if self._playback:
            self._playback.add(self._place["response_id"], self.item.id, piece)
        else:
            delta = base64.b64encode(piece).decode()
            await self._say("output_audio.delta", content_index=0, delta=delta)
        self._entry.first_audio_unix_ms = self._entry.first_audio_unix_ms or unix_ms()
        self._entry.bytes += len(piece)
        self.item.audio_ms += len(piece) * 1000 / bytes_per_sec(self._sound)

    async def finish(self, status: str) -> None:
        """Tells that the part is whole, and the item."""
        if self._sound:
            if self._playback:
                self._playback.finish(self.item.id)
            await self._say("output_audio.done", content_index=0)
        await self._say(f"{self._kind}.done", content_index=0, **{self._field: self.text})
        await self._say("content_part.done", content_index=0, part=self._part())
        await super().finish(status)

    def _part(self) -> dict[str, str]:
        return {"type": "audio" if self._sound else "text", self._field: self.text}

    def _content(self) -> dict[str, str]:
        return {"type": "output_audio" if self._sound else "output_text", self._field: self.text}


class Call(Output):
    """A call of one of the client's functions."""

    def __init__(self, context: Context, entry: Entry, response_id: str, index: int, name: str) -> None:
        self._call_id = new_id("call")
        shape = {"type": "function_call", "name": name, "call_id": self._call_id, "arguments": ""}
        super().__init__(context, entry, response_id, index, shape)

    async def write(self, token: str) -> None:
        """More of the arguments, which are JSON."""
        await self._say("function_call_arguments.delta", call_id=self._call_id, delta=token)
        self.item.shape["arguments"] += token

    async def finish(self, status: str) -> None:
        """Tells that the arguments are whole, and the item."""
        shape = self.item.shape
        fields = {name: shape[name] for name in ("call_id", "name", "arguments")}
        await self._say("function_call_arguments.done", **fields)
        await super().finish(status)
