"""How an answer goes out: in time, or with the fault that is set for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from .behaviour import Behaviour
from .refusal import of_fault

Piece = TypeVar("Piece")


@dataclass(frozen=True)
class Answer:
    """A good answer, in the pieces in which it is sent."""

    media_type: str
    pieces: AsyncIterator[bytes]
    opening: int = 1
    """How many pieces are out when `stall` and `cut` strike; always fewer than all."""


class _ClientGone(Exception):
    """The client has left before it got an answer."""


async def send(
    request: Request,
    behaviour: Behaviour,
    arrived: float,
    compose: Callable[[], Awaitable[Answer]],
    malformed: Answer,
) -> Response:
    """Answers `delay_ms` after `arrived`, the loop's time; `compose` works during the delay.

    Raises:
        Refusal: the fault is a status.
    """
    fault = behaviour.fault
    answered = fault in (None, "stall", "cut", "empty")
    answer = await compose() if answered else malformed
    try:
        await _wait(request, None if fault == "hang" else arrived + (behaviour.delay_ms or 0) / 1000)
        if fault == "refuse":
            _drop(request)
            await _wait(request, None)
    except _ClientGone:
        return Response()
    if fault in ("401", "429", "500"):
        raise of_fault(fault)
    pieces = _broken_off(request, answer, fault) if fault in ("stall", "cut") else answer.pieces
    return StreamingResponse(pieces, media_type=answer.media_type)


async def in_pieces(*pieces: Piece) -> AsyncIterator[Piece]:
    """What is ready at once."""
    for piece in pieces:
        yield piece


async def paced(pieces: AsyncIterator[Piece], every_secs: float) -> AsyncIterator[Piece]:
    """The first at once, and each of the others `every_secs` after the one before; lateness is caught up."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    async for piece in pieces:
        await asyncio.sleep(max(0.0, due - loop.time()))
        yield piece
        due += every_secs


async def _broken_off(request: Request, answer: Answer, fault: str) -> AsyncIterator[bytes]:
    left = answer.opening
    async for piece in answer.pieces:
        if left == 0:
            break
        yield piece
        left -= 1
    if fault == "cut":
        _drop(request)
    await asyncio.Event().wait()  # the response is cancelled when the client goes


async def _wait(request: Request, until: float | None) -> None:
    """Until that time of the loop, or for ever.

    Raises:
        _ClientGone: the client went first.
    """
    secs = None if until is None else until - asyncio.get_running_loop().time()
    if secs is not None and secs <= 0:
        return
    try:
        async with asyncio.timeout(secs):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return
    raise _ClientGone


def _drop(request: Request) -> None:
    """Closes the connection as it stands; see `server.SandboxProtocol`."""
    request.state.transport.close()
