"""OpenAI chat completions, streamed."""

from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import aclosing
from typing import Annotated, Any

from openai import AsyncOpenAI, AsyncStream
from openai.types.chat import ChatCompletionChunk
from pipecat.frames.frames import FunctionCallFromLLM
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.openai.llm import OpenAILLMService
from pydantic import Field

from ..agents.call_context import CallContext
from ..agents.faults import StageFault, within
from ..agents.upstream import OpenAIUpstream
from .option_types import WITHIN_TURN, WaitSecs


class OpenAILLM(OpenAILLMService):
    """Pipecat's service with deadlines, and with an error where an answer is empty or cut off."""

    def __init__(
        self,
        call: CallContext,
        upstream: OpenAIUpstream,
        *,
        model: Annotated[str, Field(description="chat model")],
        temperature: Annotated[float | None, Field(ge=0, le=2, description="how freely it speaks")] = None,
        max_completion_tokens: Annotated[int | None, Field(ge=1, description="longest answer")] = None,
        first_token_secs: Annotated[
            WaitSecs, Field(description="longest wait for the first token"), WITHIN_TURN
        ] = 4.0,
        next_token_secs: Annotated[WaitSecs, Field(description="longest wait between tokens")] = 2.0,
        connect_secs: Annotated[WaitSecs, Field(description="longest wait for a connection")] = 2.0,
    ) -> None:
        self._upstream_client = upstream.client(
            connect_secs=connect_secs, read_secs=max(first_token_secs, next_token_secs)
        )
        settings = self.Settings(model=model, system_instruction=call.conversation.prompt)
        if temperature is not None:
            settings.temperature = temperature
        if max_completion_tokens is not None:
            settings.max_completion_tokens = max_completion_tokens
        super().__init__(settings=settings)
        self._first_token_secs = first_token_secs
        self._next_token_secs = next_token_secs

    def create_client(self, *_: Any, **__: Any) -> AsyncOpenAI:
        """The process's shared connections, instead of a pool for each call."""
        return self._upstream_client

    async def get_chat_completions(self, context: LLMContext) -> Any:
        """The stream of an answer, watched."""
        chunks = _opened(super().get_chat_completions(context))
        return _checked(within(chunks, self._first_token_secs, self._next_token_secs, _has_content))

    async def run_function_calls(self, function_calls: Sequence[FunctionCallFromLLM]) -> None:
        """Runs the tools that the model called.

        Raises:
            StageFault: none of the calls could be read.
        """
        if not function_calls:
            raise StageFault("malformed")
        await super().run_function_calls(function_calls)


Chunks = AsyncGenerator[ChatCompletionChunk, None]


async def _opened(opening: Awaitable[AsyncStream[ChatCompletionChunk]]) -> Chunks:
    """Opens the stream as part of reading it, so that one deadline covers both."""
    async with await opening as stream:
        async for chunk in stream:
            yield chunk


async def _checked(chunks: Chunks) -> Chunks:
    """Passes an answer on.

    Raises:
        StageFault: it had no content, or no end.
    """
    has_content = is_finished = False
    async with aclosing(chunks):
        async for chunk in chunks:
            has_content = has_content or _has_content(chunk)
            is_finished = is_finished or any(choice.finish_reason for choice in chunk.choices or [])
            yield chunk
    if not has_content:
        raise StageFault("empty_answer")
    if not is_finished:
        raise StageFault("cut_off")


def _has_content(chunk: ChatCompletionChunk) -> bool:
    deltas = [choice.delta for choice in chunk.choices or [] if choice.delta]
    return any(delta.content or delta.tool_calls for delta in deltas)
