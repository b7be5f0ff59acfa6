"""The conversation so far, as the items of a fresh session."""

from collections.abc import Iterable, Iterator
from typing import Any

from pipecat.processors.aggregators.llm_context import LLMContextMessage

from ..agents.realtime.connection import Event


def items_of(messages: Iterable[LLMContextMessage]) -> list[Event]:
    """What makes a session know of these messages: each an event that creates an item."""
    return [
        {"type": "conversation.item.create", "item": item}
        for message in messages
        if isinstance(message, dict)
        for item in _items({**message})
    ]


def _items(message: dict[str, Any]) -> Iterator[Event]:
    role, content = message.get("role"), message.get("content")
    if role == "tool":
        yield {"type": "function_call_output", "call_id": message["tool_call_id"], "output": str(content)}
        return
    if isinstance(content, str) and content.strip():
        kind = "output_text" if role == "assistant" else "input_text"
        whose = role if role in ("assistant", "user") else "system"
        yield {"type": "message", "role": whose, "content": [{"type": kind, "text": content}]}
    for call in message.get("tool_calls") or ():
        asked = call["function"]
        yield {
            "type": "function_call",
            "call_id": call["id"],
            "name": asked["name"],
            "arguments": asked["arguments"],
        }
