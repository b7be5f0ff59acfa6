"""`POST /v1/chat/completions`: the conversationalist behind OpenAI's surface."""

import asyncio
import json
import re
import time
import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from .answer import Answer, in_pieces, paced, send
from .asking import call_of, read_json
from .mind import reply, text_of
from .parts import parts_of
from .request_log import Entry


class StreamOptions(BaseModel):
    """What a stream carries besides the tokens."""

    include_usage: bool = False


class ChatAsk(BaseModel):
    """What is read of the body; tools are not offered yet and ignored."""

    model: Annotated[str, Field(min_length=1)]
    messages: list[dict[str, Any]]
    stream: bool | None = False
    stream_options: StreamOptions | None = None


async def complete_chat(request: Request) -> Response:
    """Answers the last user message, whole or as a stream of words."""
    parts, call = parts_of(request), call_of(request)
    ask = await read_json(request, ChatAsk)
    arrived = asyncio.get_running_loop().time()
    said = [text_of(message) for message in ask.messages if message.get("role") == "user"]
    behaviour = parts.behaviours.take("llm", call)
    parts.log.add(
        Entry(
            "llm",
            call,
            model=ask.model,
            fault=behaviour.fault,
            asked=said[-1] if said else None,
            bytes=len(await request.body()),
        )
    )
    text = "" if behaviour.fault == "empty" else reply(ask.messages)
    completion = Completion(ask, tokens_of(text))

    async def compose() -> Answer:
        pause_secs = (behaviour.per_token_ms or 0) / 1000
        return completion.streamed(pause_secs) if ask.stream else await completion.whole(pause_secs)

    return await send(request, behaviour, arrived, compose, _malformed(ask))


class Completion:
    """One answer of the model, in OpenAI's chunks."""

    def __init__(self, ask: ChatAsk, tokens: list[str]) -> None:
        self._ask = ask
        self._tokens = tokens
        self._head = {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "created": int(time.time()),
            "model": ask.model,
        }

    def streamed(self, pause_secs: float) -> Answer:
        """Server-sent events: role, tokens, finish, usage if asked for, `[DONE]`."""
        return Answer("text/event-stream", self._events(pause_secs), opening=min(3, 1 + len(self._tokens)))

    async def whole(self, pause_secs: float) -> Answer:
        """One JSON body, after the time that the tokens take."""
        await asyncio.sleep(pause_secs * len(self._tokens))
        message = {"role": "assistant", "content": "".join(self._tokens), "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        body = {**self._head, "object": "chat.completion", "choices": [choice], "usage": self._usage()}
        return json_answer(body)

    async def _events(self, pause_secs: float) -> AsyncIterator[bytes]:
        yield self._chunk([_choice({"role": "assistant", "content": ""})])
        async for token in paced(in_pieces(*self._tokens), pause_secs):
            yield self._chunk([_choice({"content": token})])
        yield self._chunk([_choice({}, "stop")])
        if self._ask.stream_options and self._ask.stream_options.include_usage:
            yield self._chunk([], usage=self._usage())
        yield b"data: [DONE]\n\n"

    def _chunk(self, choices: list[dict[str, Any]], **fields: Any) -> bytes:
        return event({**self._head, "object": "chat.completion.chunk", "choices": choices, **fields})

    def _usage(self) -> dict[str, int]:
        asked = sum(len(tokens_of(text_of(message))) for message in self._ask.messages)
        answered = len(self._tokens)
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


def _choice(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


def _malformed(ask: ChatAsk) -> Answer:
    if ask.stream:
        return Answer("text/event-stream", in_pieces(b'data: {"id": "chatcmpl-\x07", "choi\n\n'))
    return Answer("application/json", in_pieces(b'{"id": "chatcmpl-\x07", "choi'))
