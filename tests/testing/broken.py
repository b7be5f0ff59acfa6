"""Processors that each break one rule; the line to blame ends in `# here`."""

import asyncio
import copy
import hashlib
import socket
import tempfile
import threading
import time

from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    ErrorFrame,
    InterruptionFrame,
    LLMTextFrame,
    OutputAudioRawFrame,
    StartFrame,
    SystemFrame,
    TranscriptionFrame,
    TTSSpeakFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor


class Passing(FrameProcessor):
    """Breaks nothing; the others do one thing more."""

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        await self.work(frame)
        if self.passes(frame):
            await self.push_frame(frame, direction)

    async def work(self, frame):
        pass

    def passes(self, frame):
        return True


class Sleeps(Passing):
    async def work(self, frame):
        if isinstance(frame, TranscriptionFrame):
            time.sleep(0.2)  # here


class Computes(Passing):
    async def work(self, frame):
        if isinstance(frame, LLMTextFrame):
            hashlib.pbkdf2_hmac("sha256", b"", b"", 500_000)  # here


class SleepsInCleanup(Passing):
    async def cleanup(self):
        await super().cleanup()
        time.sleep(0.2)  # here


class DropsEnd(FrameProcessor):
    async def process_frame(self, frame, direction):  # here
        await super().process_frame(frame, direction)
        if not isinstance(frame, EndFrame):
            await self.push_frame(frame, direction)


class DropsStart(FrameProcessor):
    async def process_frame(self, frame, direction):  # here
        await super().process_frame(frame, direction)
        if not isinstance(frame, StartFrame):
            await self.push_frame(frame, direction)


class DropsCancel(FrameProcessor):
    async def process_frame(self, frame, direction):  # here
        await super().process_frame(frame, direction)
        if not isinstance(frame, CancelFrame):
            await self.push_frame(frame, direction)


class DropsErrors(FrameProcessor):
    async def process_frame(self, frame, direction):  # here
        await super().process_frame(frame, direction)
        if not isinstance(frame, ErrorFrame):
            await self.push_frame(frame, direction)


class DropsInterruptions(FrameProcessor):
    async def process_frame(self, frame, direction):  # here
        await super().process_frame(frame, direction)
        if not isinstance(frame, InterruptionFrame):
            await self.push_frame(frame, direction)


class OnlyKnows(FrameProcessor):
    async def process_frame(self, frame, direction):  # here
        await super().process_frame(frame, direction)
        if isinstance(frame, SystemFrame | EndFrame | LLMTextFrame):
            await self.push_frame(frame, direction)


class AlwaysDownstream(FrameProcessor):
    async def process_frame(self, frame, direction):  # here
        await super().process_frame(frame, direction)
        await self.push_frame(frame)


class Doubles(FrameProcessor):
    async def process_frame(self, frame, direction):  # here
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)
        if isinstance(frame, OutputAudioRawFrame):
            await self.push_frame(frame, direction)


class DoublesAll(FrameProcessor):
    async def process_frame(self, frame, direction):  # here
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)
        await self.push_frame(frame, direction)


class Copies(FrameProcessor):
    async def process_frame(self, frame, direction):  # here
        await super().process_frame(frame, direction)
        is_system = isinstance(frame, SystemFrame | EndFrame)
        await self.push_frame(frame if is_system else copy.copy(frame), direction)


class Changes(FrameProcessor):
    async def process_frame(self, frame, direction):  # here
        await super().process_frame(frame, direction)
        frame.metadata["seen"] = True
        await self.push_frame(frame, direction)


class Races(FrameProcessor):
    """Two frames always wait for each other, and the later goes first."""

    def __init__(self):
        super().__init__()
        self._held = None

    async def process_frame(self, frame, direction):  # here
        await super().process_frame(frame, direction)
        if isinstance(frame, SystemFrame | EndFrame) or direction is FrameDirection.UPSTREAM:
            await self.push_frame(frame, direction)
        elif self._held is None:
            self._held = frame
        else:
            await self.push_frame(frame, direction)
            await self.push_frame(self._held, direction)
            self._held = None


class RacesWithAudio(FrameProcessor):
    def __init__(self):
        super().__init__()
        self._held = []

    async def process_frame(self, frame, direction):  # here
        await super().process_frame(frame, direction)
        if isinstance(frame, OutputAudioRawFrame):
            self._held.insert(0, frame)
            return
        for held in self._held if isinstance(frame, TTSSpeakFrame) or self._held else ():
            await self.push_frame(held, direction)
        self._held.clear()
        await self.push_frame(frame, direction)


class Raises(Passing):
    async def work(self, frame):
        if isinstance(frame, LLMTextFrame):
            raise KeyError("no such word")  # here


class RaisesOnAll(Passing):
    async def work(self, frame):
        if not isinstance(frame, StartFrame):
            raise RuntimeError("never works")  # here


class RaisesWhenBuilt(FrameProcessor):
    def __init__(self):
        raise RuntimeError("no such device")  # here


class RaisesInSetup(Passing):
    async def setup(self, setup):
        await super().setup(setup)
        raise RuntimeError("no connection")  # here


class RaisesInTask(Passing):
    async def work(self, frame):
        if isinstance(frame, TranscriptionFrame):
            self._task = self.create_task(self._fail())

    async def _fail(self):
        raise KeyError("lost")  # here


class ForgetsSuper(FrameProcessor):
    async def process_frame(self, frame, direction):  # here
        await self.push_frame(frame, direction)


class ForgetsSuperCleanup(Passing):
    async def cleanup(self):  # here
        pass


class LeaksTask(Passing):
    async def work(self, frame):
        if isinstance(frame, StartFrame):
            self._task = self.create_task(self._listen())  # here

    async def _listen(self):
        while True:
            await asyncio.sleep(60)


class LeaksPlainTask(Passing):
    async def work(self, frame):
        if isinstance(frame, StartFrame):
            self._task = asyncio.create_task(asyncio.sleep(60))  # here


class LeaksThread(Passing):
    async def work(self, frame):
        if isinstance(frame, StartFrame):
            self._stop = threading.Event()
            threading.Thread(target=_wait, args=(self._stop,), daemon=True).start()


def _wait(stop):
    stop.wait(20)  # here


class LeaksSocket(Passing):
    async def work(self, frame):
        if isinstance(frame, StartFrame):
            self._socket = socket.socket()  # here


class LeaksFile(Passing):
    async def work(self, frame):
        if isinstance(frame, StartFrame):
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 # here


class KeepsFrames(FrameProcessor):
    def __init__(self):
        super().__init__()
        self._history = []

    async def process_frame(self, frame, direction):  # here
        await super().process_frame(frame, direction)
        self._history.append(frame)
        await self.push_frame(frame, direction)


class HoldsUp(Passing):
    async def work(self, frame):
        if isinstance(frame, TranscriptionFrame):
            await asyncio.sleep(60)  # here


class HoldsUpSystemFrames(Passing):
    async def work(self, frame):
        if isinstance(frame, InterruptionFrame):
            await asyncio.sleep(60)  # here


class HangsInCleanup(Passing):
    async def cleanup(self):
        await super().cleanup()
        await asyncio.sleep(60)  # here


class IgnoresCancellation(Passing):
    async def work(self, frame):
        if isinstance(frame, TranscriptionFrame):
            await self._stubborn()

    async def _stubborn(self):
        for _ in range(8):
            try:
                await asyncio.sleep(0.2)
            except asyncio.CancelledError:
                continue
