"""The conversation of a session: its items in order, and what can be done with them."""

from collections.abc import Iterator

from .events import Event, RefusedEvent, event, new_id
from .item import Item

_FIRST = "root"
"""What a client names to put an item before all others."""


class Conversation:
    """Items in order. What changes it answers with the events that tell the client."""

    def __init__(self) -> None:
        self.id = new_id("conv")
        self._items: list[Item] = []

    def __iter__(self) -> Iterator[Item]:
        return iter(list(self._items))

    @property
    def last_id(self) -> str | None:
        """Of the newest item."""
        return self._items[-1].id if self._items else None

    @property
    def has_voice(self) -> bool:
        """Whether the model has been heard in it."""
        return any(item.role == "assistant" and item.audio_ms for item in self._items)

    def add(self, item: Item, after: str | None = None) -> Event:
        """Puts an item at the end, or after another.

        Raises:
            RefusedEvent: there is one of that id, or none to put it after, or no call that it answers.
        """
        if any(each.id == item.id for each in self._items):
            message = f"Error adding item: an item with id '{item.id}' already exists."
            raise RefusedEvent(message, "item_create_duplicate_item_id", "item.id")
        self._check_call(item)
        at = len(self._items)
        if after is not None:
            at = 0 if after == _FIRST else self._at(after, "create", "previous_item_id") + 1
        self._items.insert(at, item)
        return self.told(item, "added")

    def told(self, item: Item, what: str) -> Event:
        """`conversation.item.added` or `.done`."""
        before = self.previous(item.id)
        return event(f"conversation.item.{what}", item=item.shape, previous_item_id=before)

    def previous(self, item_id: str) -> str | None:
        """The item before this one."""
        ids = [None, *(item.id for item in self._items)]
        return ids[ids.index(item_id) - 1] if item_id in ids else None

    def find(self, item_id: object, what: str) -> Item:
        """One of its items.

        Raises:
            RefusedEvent: there is none; `what` was to be done with it.
        """
        return self._items[self._at(item_id, what, "item_id")]

    def delete(self, said: Event) -> Event:
        """`conversation.item.delete`."""
        item = self.find(said.get("item_id"), "delete")
        self._items.remove(item)
        return event("conversation.item.deleted", item_id=item.id)

    def retrieve(self, said: Event) -> Event:
        """`conversation.item.retrieve`; sound is not shown."""
        item = self.find(said.get("item_id"), "retrieve")
        return event("conversation.item.retrieved", item=item.shape)

    def truncate(self, said: Event) -> Event:
        """`conversation.item.truncate`: the user has not heard the rest."""
        item = self.find(said.get("item_id"), "truncate")
        if item.role != "assistant" or (item.shape["content"][:1] and "text" in item.shape["content"][0]):
            message = "Only model output audio messages can be truncated"
            raise RefusedEvent(message, "invalid_value", "item_id")
        end_ms, index = said.get("audio_end_ms"), said.get("content_index")
        for name, value in (("audio_end_ms", end_ms), ("content_index", index)):
            if not isinstance(value, int) or value < 0:
                message = f"Invalid value for '{name}': expected a whole number, 0 or more."
                raise RefusedEvent(message, "invalid_value", name)
        if index or not item.shape["content"]:
            raise RefusedEvent("There is no such part of the item.", "invalid_value", "content_index")
        return self.cut_short(item, int(end_ms or 0))

    def cut_short(self, item: Item, end_ms: int) -> Event:
        """Truncates an item of the model's.

        Raises:
            RefusedEvent: it is not as long.
        """
        item.truncate(end_ms)
        return event("conversation.item.truncated", item_id=item.id, content_index=0, audio_end_ms=end_ms)

    def _at(self, item_id: object, what: str, param: str) -> int:
        for at, item in enumerate(self._items):
            if item.id == item_id:
                return at
        message = f"Error: cannot {what} item: the item with id '{item_id}' does not exist."
        raise RefusedEvent(message, f"item_{what}_invalid_item_id", param)

    def _check_call(self, item: Item) -> None:
        if item.shape["type"] != "function_call_output":
            return
        called = item.shape["call_id"]
        if not any(each.shape.get("call_id") == called for each in self._items):
            message = f"Tool call ID '{called}' not found in conversation."
            raise RefusedEvent(message, "invalid_tool_call_id", "item.call_id")
