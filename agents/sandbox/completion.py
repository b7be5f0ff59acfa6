"""One answer of the conversationalist in OpenAI's chunks: words, or calls of tools."""

import asyncio
import json
import re
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from .answer import Answer, in_pieces, paced
from .tool_choice import Call


@dataclass(frozen=True)
class Said:
    """What is answered: a text, or calls instead of one."""

    text: str
    calls: Sequence[Call] = ()


class Completion:
    """One answer of the model; `asked` is all text that it was given, for what it counts as used."""

    def __init__(self, model: str, asked: str, said: Said, *, has_usage: bool = False) -> None:
        self._head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": model}
        self._asked = asked
        self._calls = [_described(call) for call in said.calls]
        self._text = said.text
        self._has_usage = has_usage
        self._deltas = list(_call_deltas(self._calls)) or [{"content": each} for each in tokens_of(said.text)]
        self._finish = "tool_calls" if self._calls else "stop"

    def streamed(self, pause_secs: float) -> Answer:
        """Server-sent events: role, tokens, finish, usage if asked for, `[DONE]`."""
        return Answer("text/event-stream", self._events(pause_secs), opening=min(3, 1 + len(self._deltas)))

    async def whole(self, pause_secs: float) -> Answer:
        """One JSON body, after the time that the tokens take."""
        await asyncio.sleep(pause_secs * len(self._deltas))
        message: dict[str, Any] = {"role": "assistant", "content": self._text, "refusal": None}
        if self._calls:
            message |= {"content": None, "tool_calls": self._calls}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self._finish}
        body = {**self._head, "object": "chat.completion", "choices": [choice], "usage": self._usage()}
        return json_answer(body)

    async def _events(self, pause_secs: float) -> AsyncIterator[bytes]:
        yield self._chunk([_choice({"role": "assistant", "content": None if self._calls else ""})])
        async for delta in paced(in_pieces(*self._deltas), pause_secs):
            yield self._chunk([_choice(delta)])
        yield self._chunk([_choice({}, self._finish)])
        if self._has_usage:
            yield self._chunk([], usage=self._usage())
        yield b"data: [DONE]\n\n"

    def _chunk(self, choices: list[dict[str, Any]], **fields: Any) -> bytes:
        return event({**self._head, "object": "chat.completion.chunk", "choices": choices, **fields})

    def _usage(self) -> dict[str, int]:
        asked, answered = len(tokens_of(self._asked)), len(self._deltas)
        return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}


def tokens_of(text: str) -> list[str]:
    """Words with the space before them: what stands for tokens here."""
    return re.findall(r"\s*\S+", text)


def event(data: dict[str, Any]) -> bytes:
    """One server-sent event."""
    return f"data: {json.dumps(data)}\n\n".encode()


def json_answer(body: dict[str, Any]) -> Answer:
    """A JSON body in two halves, so that it can break in the middle."""
    encoded = json.dumps(body).encode()
    middle = len(encoded) // 2
    return Answer("application/json", in_pieces(encoded[:middle], encoded[middle:]))


def _described(call: Call) -> dict[str, Any]:
    function = {"name": call.name, "arguments": json.dumps(call.arguments)}
    return {"id": f"call_{uuid.uuid4().hex[:24]}", "type": "function", "function": function}


def _call_deltas(calls: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each call's name first, then its arguments in pieces."""
    deltas: list[dict[str, Any]] = []
    for index, call in enumerate(calls):
        function = call["function"]
        begun = {**call, "index": index, "function": {**function, "arguments": ""}}
        pieces = re.findall(r".{1,8}", function["arguments"])
        deltas += [{"tool_calls": [begun]}]
        deltas += [{"tool_calls": [{"index": index, "function": {"arguments": piece}}]} for piece in pieces]
    return deltas


def _choice(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
