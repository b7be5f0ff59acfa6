"""What can go wrong with a stage, and how it is told to a person."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeVar

import httpx2
import openai
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.http11 import Response

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
    """A fault that a stage found itself; `code` is one of the codes of `agent-error`.

    Status and request id are the upstream's, where it told them.
    """

    def __init__(self, code: str, status_code: int | None = None, request_id: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.status_code = status_code
        self.request_id = request_id


def describe(stage: str, exception: BaseException | None) -> AgentError:
    """What a client is told: nothing in it comes from the exception's text."""
    code = _code(exception)
    sentence = SENTENCES[code].format(_NOUNS.get(stage, stage))
    return AgentError(
        stage=stage,
        code=code,
        message=sentence[0].upper() + sentence[1:],
        status=_status(exception),
        request_id=_request_id(exception),
    )


def code_of_status(status: int) -> str:
    """What an HTTP status that is no success means."""
    if status in (401, 403):
        return "key_refused"
    if status == 429:
        return "rate_limited"
    return "upstream_error" if status >= 500 else "request_refused"


def _status(exception: BaseException | None) -> int | None:
    if isinstance(exception, InvalidStatus):
        return exception.response.status_code
    return getattr(exception, "status_code", None)


def _request_id(exception: BaseException | None) -> str | None:
    if isinstance(exception, InvalidStatus):
        return request_id_in(exception.response)
    return getattr(exception, "request_id", None)


def request_id_in(response: Response) -> str | None:
    """The upstream's id of the request that a WebSocket was asked for with."""
    return next(iter(response.headers.get_all("x-request-id")), None)


def _code(exception: BaseException | None) -> str:
    match exception:
        case StageFault():
            return exception.code
        case openai.APIStatusError():
            return code_of_status(exception.status_code)
        case InvalidStatus():
            return code_of_status(exception.response.status_code)
        case TimeoutError() | openai.APITimeoutError() | httpx2.TimeoutException():
            return "timeout"
        case openai.APIConnectionError():
            return _connection_code(exception)
        case InvalidHandshake():
            return "unreachable"
        case httpx2.TransportError() | ConnectionClosed():
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
