"""What Pipecat's own services leave open when a call ends: the connections of their OpenAI clients."""

from collections.abc import Iterable
from contextlib import suppress

from openai import AsyncOpenAI
from pipecat.processors.frame_processor import FrameProcessor

from .upstream import OpenAIUpstream

_PIPECATS = "pipecat.services."


async def close_clients(processors: Iterable[FrameProcessor], upstream: OpenAIUpstream) -> None:
    """Closes the clients that stock services have made for themselves.

    Left to the garbage collector, each call would keep its sockets for as long as that takes. Only of
    Pipecat's own classes is it known that the client is nobody else's, unless a team has given it ours.
    """
    for processor in processors:
        if type(processor).__module__.startswith(_PIPECATS):
            for held in vars(processor).values():
                if isinstance(held, AsyncOpenAI) and not upstream.made(held):
                    with suppress(Exception):
                        await held.close()
