"""What can go wrong with a stage, and how it is told to a person."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeVar

import httpx2
import openai

from .wire import AgentError

T = TypeVar("T")

_NOUNS = {
    "stt": "the speech recogniser",
    "llm": "the language model",
    "tts": "the voice",
    "realtime": "the speech-to-speech model",
    "call": "the call",
}
SENTENCES = {
    "key_refused": "{} refused the server's key; whoever runs the server has to set a valid one.",
    "rate_limited": "{} is over its limit; please try again in a moment.",
    "request_refused": "{} refused the request; whoever runs the server has to check its settings.",
    "upstream_error": "{} failed on its side; please say that again.",
    "timeout": "{} took too long; please say that again.",
    "unreachable": "{} could not be reached; please try again in a moment.",
    "cut_off": "{} broke off in mid-answer; please say that again.",
    "malformed": "{} answered something that cannot be used; please say that again.",
    "empty_answer": "{} gave an empty answer; please say that again.",
    "internal": "something went wrong in {}; please say that again.",
}
"""Every code of an `agent-error`, and what a person is told."""


class StageFault(Exception):
    """A fault that a stage found itself; `code` is one of the codes of `agent-error`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def describe(stage: str, exception: BaseException | None) -> AgentError:
    """What a client is told: nothing in it comes from the exception's text."""
    code = _code(exception)
    sentence = SENTENCES[code].format(_NOUNS.get(stage, stage))
    return AgentError(
        stage=stage,
        code=code,
        message=sentence[0].upper() + sentence[1:],
        status=getattr(exception, "status_code", None),
        request_id=getattr(exception, "request_id", None),
    )


def _code(exception: BaseException | None) -> str:
    match exception:
        case StageFault():
            return exception.code
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return "key_refused"
        case openai.RateLimitError():
            return "rate_limited"
        case openai.InternalServerError():
            return "upstream_error"
        case openai.APIStatusError():
            return "request_refused"
        case TimeoutError() | openai.APITimeoutError() | httpx2.TimeoutException():
            return "timeout"
        case openai.APIConnectionError():
            return _connection_code(exception)
        case httpx2.TransportError():
            return "cut_off"
        case openai.APIError() | json.JSONDecodeError() | UnicodeDecodeError():
            return "malformed"
    return "internal"


def _connection_code(error: openai.APIConnectionError) -> str:
    is_cut = isinstance(error.__cause__, httpx2.ReadError | httpx2.RemoteProtocolError)
    return "cut_off" if is_cut else "unreachable"


async def within(
    source: AsyncGenerator[T, None],
    first_secs: float,
    between_secs: float,
    is_first: Callable[[T], bool] = lambda _: True,
) -> AsyncGenerator[T, None]:
    """Passes items on while they come in time.

    `is_first` says of an item whether the wait for the first is over with it.

    Raises:
        TimeoutError: the first took longer than `first_secs`, or a later one than `between_secs`.
    """
    patience_secs = first_secs
    async with aclosing(source):
        while True:
            try:
                async with asyncio.timeout(patience_secs):
                    item = await anext(source)
            except StopAsyncIteration:
                return
            if is_first(item):
                patience_secs = between_secs
            yield item
