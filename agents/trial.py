"""Builds an agent's stages once before any call needs them, and leaves nothing of them behind."""

import asyncio
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from loguru import logger
from pipecat.processors.frame_processor import FrameProcessor

from .call_context import CallContext
from .conversation import Conversation
from .settings.model import AgentSettings, OpenAIAccess
from .state import CallState
from .store.sink import Chunk, Turn
from .upstream import OpenAIUpstream

Build = Callable[[CallContext], Iterable[FrameProcessor]]

_CLEAN_UP_SECS = 2.0


def try_out(agent: AgentSettings, build: Build) -> None:
    """Runs `build` as a call would: with a call, in a running event loop, and both end with it.

    What it built is cleaned up, tasks that it began are cancelled, and what Pipecat says meanwhile
    is not told: what is wrong is for `build` to keep. A thread of its own, because the caller may
    have a loop already.
    """
    logger.disable("pipecat")
    try:
        with warnings.catch_warnings(action="ignore"), ThreadPoolExecutor(1, "trial") as thread:
            thread.submit(asyncio.run, _try_out(agent, build)).result()
    finally:
        logger.enable("pipecat")


async def _try_out(agent: AgentSettings, build: Build) -> None:
    call = trial_call(agent)
    try:
        for processor in build(call):
            await _clean_up(processor)
    finally:
        await call.http.aclose()
        await call.upstream.aclose()


def trial_call(agent: AgentSettings, upstream: OpenAIUpstream | None = None) -> CallContext:
    """A call that nobody makes, to build processors for; its turns are not to be saved."""
    return CallContext(
        call_id="trial",
        meeting_id="trial",
        agent=agent,
        state=CallState(barge_in=agent.fields.barge_in),
        conversation=Conversation(agent.fields.prompt),
        upstream=upstream or OpenAIUpstream(OpenAIAccess()),
        turns=_Nowhere(),
    )


class _Nowhere:
    async def save(self, turn: Turn) -> Chunk:
        raise NotImplementedError("a trial call has no turns")


async def _clean_up(processor: FrameProcessor) -> None:
    """What the end of a call would do; what has never been set up may well fail to end."""
    with suppress(Exception):
        async with asyncio.timeout(_CLEAN_UP_SECS):
            await processor.cleanup()
