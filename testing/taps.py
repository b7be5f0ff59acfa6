"""The two ends of a trial: they take what the processor sends, and pass nothing on."""

import asyncio
from collections.abc import Callable

from pipecat.frames.frames import Frame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from .frames import DOWN, UP


class Tap(FrameProcessor):
    """A neighbour of the processor under test that keeps what comes to it."""

    def __init__(self, arrived: Callable[[], None]) -> None:
        super().__init__(enable_direct_mode=True)
        self.frames: list[Frame] = []
        self._arrived = arrived

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Keeps the frame."""
        self.frames.append(frame)
        self._arrived()


class Ends:
    """A tap in front of the processor and one behind it."""

    def __init__(self, processor: FrameProcessor) -> None:
        self._news = asyncio.Event()
        self._taps = {UP: Tap(self._news.set), DOWN: Tap(self._news.set)}
        self._taps[UP].link(processor)
        processor.link(self._taps[DOWN])

    def went(self, direction: FrameDirection) -> list[Frame]:
        """What has come out at one end, oldest first."""
        return self._taps[direction].frames

    def has(self, frame: Frame, direction: FrameDirection) -> bool:
        """Whether this very frame has come out at this end."""
        return any(each is frame for each in self.went(direction))

    async def wait_until(self, happened: Callable[[], bool], secs: float) -> bool:
        """Whether something shows at the ends within some time."""
        try:
            async with asyncio.timeout(secs):
                while not happened():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return happened()
        return True

    def forget(self) -> None:
        """Lets go of every frame that came."""
        for tap in self._taps.values():
            tap.frames.clear()
