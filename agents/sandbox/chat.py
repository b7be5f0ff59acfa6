"""`POST /v1/chat/completions`: the conversationalist behind OpenAI's surface."""

import asyncio
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from .answer import Answer, in_pieces, send
from .asking import call_of, read_json
from .completion import Completion, Said
from .mind import calls, reply, text_of
from .parts import parts_of
from .request_log import Entry


class StreamOptions(BaseModel):
    """What a stream carries besides the tokens."""

    include_usage: bool = False


class Function(BaseModel):
    """A function that may be called."""

    name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
    description: str | None = None
    parameters: dict[str, Any] | None = None


class ChatTool(BaseModel):
    """One of the tools on offer."""

    type: Literal["function"]
    function: Function


class ChatAsk(BaseModel):
    """What is read of the body."""

    model: Annotated[str, Field(min_length=1)]
    messages: list[dict[str, Any]]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    tools: list[ChatTool] | None = None
    tool_choice: Literal["auto", "none", "required"] | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None

    def said(self) -> Said:
        """What the conversationalist answers."""
        tools = [tool.function.model_dump() for tool in self.tools or ()]
        parallel = self.parallel_tool_calls is not False
        called = calls(self.messages, tools, self.tool_choice, parallel=parallel)
        return Said("" if called else reply(self.messages), called)


async def complete_chat(request: Request) -> Response:
    """Answers the last user message, or calls a tool; whole or as a stream."""
    parts, call = parts_of(request), call_of(request)
    ask = await read_json(request, ChatAsk)
    arrived = asyncio.get_running_loop().time()
    heard = [text_of(message) for message in ask.messages if message.get("role") == "user"]
    behaviour = parts.behaviours.take("llm", call)
    parts.log.add(
        Entry(
            "llm",
            call,
            model=ask.model,
            fault=behaviour.fault,
            asked=heard[-1] if heard else None,
            bytes=len(await request.body()),
        )
    )
    said = Said("") if behaviour.fault == "empty" else ask.said()
    asked = " ".join(text_of(message) for message in ask.messages)
    has_usage = bool(ask.stream_options and ask.stream_options.include_usage)
    completion = Completion(ask.model, asked, said, has_usage=has_usage)

    async def compose() -> Answer:
        pause_secs = (behaviour.per_token_ms or 0) / 1000
        return completion.streamed(pause_secs) if ask.stream else await completion.whole(pause_secs)

    return await send(request, behaviour, arrived, compose, _malformed(ask))


def _malformed(ask: ChatAsk) -> Answer:
    if ask.stream:
        return Answer("text/event-stream", in_pieces(b'data: {"id": "chatcmpl-\x07", "choi\n\n'))
    return Answer("application/json", in_pieces(b'{"id": "chatcmpl-\x07", "choi'))
