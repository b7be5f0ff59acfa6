"""Runs one processor in a pipeline until it has done its work."""

import asyncio
from collections.abc import Sequence
from typing import TypeVar

from pipecat.frames.frames import Frame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner
from turnwise.agents.leftovers import close_clients
from turnwise.agents.settings.model import OpenAIAccess
from turnwise.agents.upstream import OpenAIUpstream

F = TypeVar("F", bound=Frame)

LONGEST_SECS = 30


class _Until(FrameProcessor):
    def __init__(self, kind: type[Frame]) -> None:
        super().__init__(enable_direct_mode=True)
        self.kind, self.seen = kind, asyncio.Queue[Frame]()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, self.kind):
            self.seen.put_nowait(frame)
        await self.push_frame(frame, direction)


async def first(kind: type[F], processor: FrameProcessor, frames: Sequence[Frame]) -> F:
    """The first frame of a kind that a processor sends on when it is started and given these."""
    until = _Until(kind)
    params = PipelineParams(audio_in_sample_rate=16_000, audio_out_sample_rate=24_000)
    worker = PipelineWorker(Pipeline([processor, until]), params=params, enable_rtvi=False)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    await worker.queue_frames(frames)
    try:
        async with asyncio.timeout(LONGEST_SECS):
            frame = await until.seen.get()
    finally:
        await worker.cancel()
        await running
        await close_clients([processor], OpenAIUpstream(OpenAIAccess()))
    assert isinstance(frame, kind)
    return frame
