"""One call: from its settings to a running pipeline, and to its end."""

import asyncio
import contextlib
from enum import Enum

from loguru import logger
from pipecat.frames.frames import BotSpeakingFrame, TTSSpeakFrame, UserSpeakingFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frameworks.rtvi import RTVIObserverParams
from pipecat.workers.runner import WorkerRunner

from .after_call.finished import EndedBy
from .assembly import assemble
from .call_context import CallContext
from .faults import describe
from .leftovers import close_clients
from .line import Line
from .reaching import ReachesUpstream
from .refusal import Refusal
from .settings.pipeline import IN, OUT
from .wire import MIC_SAMPLE_RATE_HZ, VOICE_SAMPLE_RATE_HZ, AgentState, EndReason

LAST_WORDS_SECS = 0.1
"""How long what has just been said of the call, its last `listening`, has to get to the client."""

GOODBYE_SECS = 30.0
"""How long a call that hangs up waits at most for its last words to be heard."""

CLIENT_READY_SECS = 2.0
"""A client that never says that it is ready is told things all the same."""


START_SECS = 5.0
"""How long the line may take to start once every processor is set up."""


class CallEnd(Enum):
    """How a call ended, as far as its meeting is concerned."""

    HUNG_UP = "hung up"
    LOST = "connection lost"
    BY_SERVER = "ended by the server"


class Call:
    """Runs one conversation over one connection; shares nothing with other calls."""

    def __init__(self, context: CallContext, line: Line, *, is_first: bool) -> None:
        self._context = context
        self._line = line
        self._greets = is_first
        self._end: CallEnd | None = None
        self._reason: EndReason | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._worker = self._make_worker()
        line.on_gone = self._gone
        line.on_flood = self._flooded
        line.messages.add_event_handler("on_client_ready", self._client_ready)
        line.messages.add_event_handler("on_hang_up", self._asked_to_end)
        context.hang_up.on_request(lambda: self._start(self._end_once_said()))

    async def reach_upstream(self) -> None:
        """Lets every stage that must go upstream do so before the caller is let in.

        Raises:
            Refusal: 502 `upstream_failed`, in the words of an `agent-error`.
        """
        for processor in self._processors:
            if isinstance(processor, ReachesUpstream):
                stage = self._context.stage_of.get(processor.name, "call")
                try:
                    await processor.reach_upstream()
                except Exception as error:
                    told = describe(stage, error)
                    logger.warning("refused, because {} failed: {}", stage, told.code)
                    raise Refusal("upstream_failed", told.message) from None

    async def abandon(self) -> None:
        """The call does not come about: nothing that was reached for it is kept."""
        for processor in self._processors:
            if isinstance(processor, ReachesUpstream):
                await processor.leave_upstream()

    async def run(self) -> CallEnd:
        """Holds the conversation; returns once everything of it is gone."""
        fields = self._context.agent.fields
        runner = WorkerRunner(handle_sigint=False)
        limit = asyncio.get_running_loop().call_later(fields.max_call_secs, self._start_end, EndReason.LIMIT)
        self._start(self._open())
        try:
            await runner.add_workers(self._worker)
            await runner.run()
        finally:
            limit.cancel()
            await self._finish_tasks()
            await close_clients(self._processors, self._context.upstream)
        return self._end or CallEnd.HUNG_UP

    async def end(self, reason: EndReason, whose: CallEnd = CallEnd.BY_SERVER) -> None:
        """Ends the call from our side; `whose` end it is, where a client asked for it."""
        if self._end is None:
            self._end, self._reason = whose, reason
            logger.info("ending the call: {}", reason.value)
            await self._line.end(reason)
            await self._worker.cancel()

    @property
    def ended_by(self) -> EndedBy:
        """How it ended, for whoever gets the finished meeting."""
        if self._reason and self._end is CallEnd.BY_SERVER:
            return self._reason.value
        return "lost" if self._end is CallEnd.LOST else "hung_up"

    def _make_worker(self) -> PipelineWorker:
        transport = self._line.transport
        self._processors = assemble(self._context, {IN: transport.input(), OUT: transport.output()})
        worker = PipelineWorker(
            Pipeline(self._processors),
            params=PipelineParams(
                audio_in_sample_rate=MIC_SAMPLE_RATE_HZ,
                audio_out_sample_rate=VOICE_SAMPLE_RATE_HZ,
                enable_metrics=True,
            ),
            rtvi_processor=self._line.messages,
            rtvi_observer_params=RTVIObserverParams(user_llm_enabled=False, metrics_enabled=False),
            enable_turn_tracking=False,
            idle_timeout_secs=self._context.agent.fields.idle_secs,
            idle_timeout_frames=(BotSpeakingFrame, UserSpeakingFrame),
            cancel_on_idle_timeout=False,
            start_timeout_secs=START_SECS,
        )
        worker.add_event_handler("on_idle_timeout", self._idle)
        worker.add_event_handler("on_pipeline_timeout", self._stuck)
        return worker

    async def _open(self) -> None:
        """Waits for the client, then greets it."""
        ready = self._context.client_ready
        try:
            await asyncio.wait_for(ready.wait(), CLIENT_READY_SECS)
        except TimeoutError:
            ready.set()
        greeting = self._context.agent.fields.greeting
        if greeting and self._greets:
            await self._worker.queue_frame(TTSSpeakFrame(greeting))

    def _client_ready(self, *_: object) -> None:
        self._context.client_ready.set()

    def _asked_to_end(self, *_: object) -> None:
        """The client hangs up: over WebRTC nothing else would tell it from a lost connection in time."""
        self._start(self.end(EndReason.ENDED, CallEnd.HUNG_UP))

    def _flooded(self) -> None:
        self._start_end(EndReason.RATE)

    def _idle(self, *_: object) -> None:
        self._start_end(EndReason.IDLE)

    async def _end_once_said(self) -> None:
        state, is_said = self._context.state, asyncio.Event()
        state.subscribe(lambda to: is_said.set() if to is AgentState.LISTENING else None)
        if state.current is not AgentState.LISTENING:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(is_said.wait(), GOODBYE_SECS)
            await asyncio.sleep(LAST_WORDS_SECS)
        await self.end(EndReason.ENDED)

    def _stuck(self, *_: object) -> None:
        """A line that does not start answers nothing: better that the caller is told, and soon."""
        self._start_end(EndReason.ENDED)

    def _gone(self, hung_up: bool) -> None:
        if self._end is None:
            self._end = CallEnd.HUNG_UP if hung_up else CallEnd.LOST
        self._start(self._cancel())

    async def _cancel(self) -> None:
        await self._worker.cancel()

    def _start_end(self, reason: EndReason) -> None:
        self._start(self.end(reason))

    def _start(self, work: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _finish_tasks(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
