"""A processor set up as in a call, between two taps, with everything that it raises noted."""

import asyncio
import contextlib
import statistics
import time
from collections.abc import Coroutine
from typing import Any

from pipecat.clocks.system_clock import SystemClock
from pipecat.frames.frames import CancelFrame, EndFrame, ErrorFrame, Frame, StartFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor, FrameProcessorSetup

from ..agents.faults import StageFault, describe
from ..agents.wire import MIC_SAMPLE_RATE_HZ, VOICE_SAMPLE_RATE_HZ
from . import place
from .frames import DOWN
from .place import Place
from .report import Finding, Rule
from .taps import Ends
from .telling import SeenByBase, Telling

_LAST_FRAMES = {StartFrame: "the start", EndFrame: "the end", CancelFrame: "the cancellation"}
_OF_AN_UPSTREAM = {"unreachable", "timeout", "cut_off", "key_refused", "rate_limited", "upstream_error"}


class Rig:
    """Drives one processor; what is wrong with it gathers in `findings`."""

    def __init__(
        self, processor: FrameProcessor, tasks: "set[asyncio.Task[Any]]", patience_secs: float
    ) -> None:
        self.findings: list[Finding] = []
        self.faults: list[str] = []
        """Codes of the faults that it told of its upstream."""
        self.patience_secs = patience_secs
        self.processor = processor
        self.where = place.of_function(type(processor).process_frame)
        self.cleanup_at = place.of_function(type(processor).cleanup)
        self.ends = Ends(processor)
        self._tasks = tasks
        self._base = SeenByBase()
        self._under_way = 0
        self._costs_secs: list[float] = []
        for each in (processor, *processor.processors):
            self._guard(each)
            each.add_event_handler("on_error", self._note_fault)

    async def set_up(self) -> bool:
        """Sets the processor up and starts it; False where it is no use to go on."""
        worker = PipelineWorker(Pipeline([]), enable_rtvi=False, enable_turn_tracking=False)
        clock = SystemClock()
        clock.start()
        setup = FrameProcessorSetup(
            clock=clock,
            task_manager=Telling(self.note_error),
            pipeline_worker=worker,
            audio_in_sample_rate=MIC_SAMPLE_RATE_HZ,
            audio_out_sample_rate=VOICE_SAMPLE_RATE_HZ,
            enable_metrics=True,
            observer=self._base,
        )
        if not await self._bounded(self.processor.setup(setup), "setup"):
            return False
        start = StartFrame(
            audio_in_sample_rate=MIC_SAMPLE_RATE_HZ, audio_out_sample_rate=VOICE_SAMPLE_RATE_HZ
        )
        has_started = await self.passes(start, Rule.LIFE)
        return self._lets_base_see(start) and has_started

    async def send(self, frame: Frame, direction: FrameDirection = DOWN) -> None:
        """Hands a frame over as a neighbour would; one in direct mode works on it meanwhile."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.patience_secs):
                await self.processor.queue_frame(frame, direction)

    async def passes(self, frame: Frame, rule: Rule, direction: FrameDirection = DOWN) -> bool:
        """Sends a frame and waits until it comes out again."""
        await self.send(frame, direction)
        if await self.ends.wait_until(lambda: self.ends.has(frame, direction), self.patience_secs):
            return True
        what = _LAST_FRAMES.get(type(frame), "it")
        wrong = f"{type(frame).__name__} does not come out within {self.patience_secs:g} s"
        remedy = f"push {what} on, whatever else you do with it: `await self.push_frame(frame, direction)`"
        self.findings.append(Finding(rule, wrong, remedy, self.waits_in() or self.where))
        return False

    async def clean_up(self) -> bool:
        """Ends the processor as the end of a call does; False where that failed."""
        return await self._bounded(self.processor.cleanup(), "cleanup")

    def waits_in(self) -> Place | None:
        """Where a frame is held up, if one is."""
        if not self._under_way:
            return None
        waiting = (place.of_task(task) for task in asyncio.all_tasks() if task in self._tasks)
        return next((found for found in waiting if found), None)

    def add_new(self, findings: list[Finding]) -> None:
        """Adds what has not been said in the same words."""
        self.findings += [finding for finding in findings if finding not in self.findings]

    def let_go(self) -> None:
        """Drops the processor, so that what hangs on it can go too."""
        del self.processor, self.ends, self._base

    def cost(self) -> str:
        """What a frame costs, as a note."""
        if not self._costs_secs:
            return "no frame was timed"
        median, longest = statistics.median(self._costs_secs), max(self._costs_secs)
        count = len(self._costs_secs)
        return f"a frame takes {median * 1e6:.0f} µs (median of {count}), {longest * 1e3:.1f} ms at most"

    def _guard(self, processor: FrameProcessor) -> None:
        """Notes what process_frame raises, before Pipecat turns it into an ErrorFrame."""
        inner = processor.process_frame

        async def process_frame(frame: Frame, direction: FrameDirection) -> None:
            began = time.perf_counter()
            self._under_way += 1
            try:
                await inner(frame, direction)
            except Exception as error:
                self.note_error(error, f"{type(frame).__name__} in process_frame")
                raise
            finally:
                self._under_way -= 1
                self._costs_secs.append(time.perf_counter() - began)

        vars(processor)["process_frame"] = process_frame

    def _note_fault(self, _: FrameProcessor, frame: ErrorFrame) -> None:
        """Notes a fault that the processor tells of itself."""
        if frame.exception and _is_upstreams(frame.exception):
            self.faults.append(describe("call", frame.exception).code)

    def note_error(self, error: BaseException, when: str) -> None:
        """Makes a finding of an exception, unless it tells of an upstream that cannot be reached."""
        if _is_upstreams(error):
            self.faults.append(describe("call", error).code)
            return
        wrong = f"raises {type(error).__name__} on {when} ({error})"
        remedy = "catch it, or tell of it with `await self.push_error(...)` and push the frame on"
        finding = Finding(Rule.RAISES, wrong, remedy, place.of_error(error.__traceback__) or self.where)
        self.findings.append(finding)

    def _lets_base_see(self, start: StartFrame) -> bool:
        if self._base.has_seen(self.processor, start):
            return True
        wrong = "process_frame does not call the base class, without which no frame but system frames moves"
        remedy = "begin it with `await super().process_frame(frame, direction)`"
        self.findings[:] = [f for f in self.findings if f.rule is not Rule.LIFE]
        self.findings.append(Finding(Rule.CALLS_SUPER, wrong, remedy, self.where))
        return False

    async def _bounded(self, work: Coroutine[Any, Any, None], name: str) -> bool:
        where = place.of_function(getattr(type(self.processor), name))
        task = asyncio.create_task(work)
        done, _ = await asyncio.wait({task}, timeout=self.patience_secs)
        if not done:
            wrong = f"{name}() is not done after {self.patience_secs:g} s"
            self._add(Rule.BUILDS, wrong, "bound what it waits for", place.of_task(task) or where)
            task.cancel()
            return False
        if error := task.exception():
            wrong = f"{name}() raises {type(error).__name__} ({error})"
            self._add(Rule.BUILDS, wrong, "mend it", place.of_error(error.__traceback__) or where)
            return False
        return True

    def _add(self, rule: Rule, wrong: str, remedy: str, where: Place | None) -> None:
        self.findings.append(Finding(rule, wrong, remedy, where))


def _is_upstreams(error: BaseException) -> bool:
    return isinstance(error, StageFault) or describe("call", error).code in _OF_AN_UPSTREAM
