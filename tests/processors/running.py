"""A processor in a running line, whose test waits for frames instead of for time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from pipecat.frames.frames import CancelFrame, ErrorFrame, Frame, StartFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from ..patience import PATIENCE_SECS
from ..patience import eventually as eventually

AFrame = TypeVar("AFrame", bound=Frame)


class _End(FrameProcessor):
    """Keeps what comes by; errors end here, as they do with recovery."""

    def __init__(self) -> None:
        super().__init__(enable_direct_mode=True)
        self.seen: list[Frame] = []
        self.news = asyncio.Event()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        self.seen.append(frame)
        self.news.set()
        if not isinstance(frame, ErrorFrame):
            await self.push_frame(frame, direction)


class Running:
    """Feeds a processor, and waits for what it pushes."""

    def __init__(self, head: _End, tail: _End) -> None:
        self._head, self._tail = head, tail

    async def feed(self, *frames: Frame) -> None:
        """Sends frames down the line, from where they would come."""
        for frame in frames:
            await self._head.push_frame(frame)

    async def down(self, kind: type[AFrame], count: int = 1) -> list[AFrame]:
        """The first so many frames of a kind that came out below, once they have."""
        return await _wait(self._tail, kind, count)

    async def up(self, kind: type[AFrame], count: int = 1) -> list[AFrame]:
        """The same above."""
        return await _wait(self._head, kind, count)

    async def is_ending(self) -> None:
        """Returns once the call is being ended."""
        await self.up(CancelFrame)

    def came(self, kind: type[AFrame]) -> list[AFrame]:
        """All of a kind that have come out below so far."""
        return [frame for frame in self._tail.seen if isinstance(frame, kind)]

    def failed(self) -> list[ErrorFrame]:
        """All errors so far."""
        return [frame for frame in self._head.seen if isinstance(frame, ErrorFrame)]


async def _wait(end: _End, kind: type[AFrame], count: int) -> list[AFrame]:
    async with asyncio.timeout(PATIENCE_SECS):
        while len(found := [frame for frame in end.seen if isinstance(frame, kind)]) < count:
            end.news.clear()
            await end.news.wait()
    return found[:count]


@asynccontextmanager
async def running(*processors: FrameProcessor) -> AsyncIterator[Running]:
    """Runs a line of these processors as a call does; ends it by cancelling."""
    head, tail = _End(), _End()
    worker = PipelineWorker(
        Pipeline([head, *processors, tail]),
        params=PipelineParams(audio_in_sample_rate=16_000, enable_metrics=True),
        enable_rtvi=False,
        enable_turn_tracking=False,
        idle_timeout_secs=None,
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    task = asyncio.create_task(runner.run())
    line = Running(head, tail)
    try:
        await line.down(StartFrame)
        yield line
    finally:
        await worker.cancel()
        await task
