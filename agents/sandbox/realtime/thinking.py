"""From a plan and a conversation to what is answered: the conversationalist, as in a chat completion."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..completion import Said, tokens_of
from ..mind import calls, reply, text_of
from .item import Item
from .plan import Plan
from .session_shapes import NamedTool

_EXACTLY = re.compile(r"\b(?:say|repeat|answer) (?:this )?exactly(?: this)?:?\s+(?P<words>.+)", re.I | re.S)
_QUOTES = "\"'“”‘’ \n"
_USER_TOKENS_PER_SEC = 10
"""What OpenAI counts of the user's sound."""


@dataclass(frozen=True)
class Thought:
    """What is answered, to what, and what that counts for."""

    said: Said
    asked: str | None
    heard: str | None
    text_tokens: int
    audio_tokens: int


async def think(plan: Plan, items: Iterable[Item]) -> Thought:
    """Reads the conversation, once all of it was listened to, and answers it."""
    kept = list(items)
    messages = [{"role": "system", "content": plan.instructions}, *[await item.message() for item in kept]]
    users = [
        (item, text_of(said)) for item, said in zip(kept, messages[1:], strict=True) if item.role == "user"
    ]
    last, asked = users[-1] if users else (None, None)
    sound_secs = sum(item.audio_ms for item in kept) / 1000
    return Thought(
        said=_answer(plan, messages),
        asked=asked,
        heard=asked if last and last.hearings else None,
        text_tokens=sum(len(tokens_of(text_of(message))) for message in messages),
        audio_tokens=round(sound_secs * _USER_TOKENS_PER_SEC),
    )


def _answer(plan: Plan, messages: list[dict[str, Any]]) -> Said:
    if words := _told_exactly(plan, messages):
        return Said(words)
    choice = plan.tool_choice
    called = calls(
        messages,
        [tool.model_dump() for tool in plan.tools],
        choice.model_dump() if isinstance(choice, NamedTool) else choice,
        parallel=plan.is_parallel,
    )
    return Said("" if called else reply(messages), called)


def _told_exactly(plan: Plan, messages: list[dict[str, Any]]) -> str | None:
    """The words of "Say exactly: …", for this response or as the last message of the system."""
    told = [plan.instructions] if plan.is_told else []
    told += [text_of(message) for message in messages[1:][-1:] if message["role"] == "system"]
    found = next((match for text in told if (match := _EXACTLY.search(text))), None)
    return " ".join(found["words"].strip(_QUOTES).split()) if found else None
