"""Runs the tools that the model calls, behind it in the line."""

from dataclasses import dataclass, field
from typing import Annotated

from loguru import logger
from pipecat.frames.frames import (
    ErrorFrame,
    Frame,
    FunctionCallCancelFrame,
    FunctionCallInProgressFrame,
    FunctionCallResultFrame,
    FunctionCallResultProperties,
    FunctionCallsStartedFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pydantic import Field

from ..agents.call_context import CallContext
from ..agents.faults import StageFault
from ..agents.frames import LLMToolsCalledFrame
from ..agents.tools.offer import offered_tools
from ..agents.wire import AgentState
from .filler import Filler

MOST_ROUNDS = 10
"""How often a model may call tools before it answers: one that never does would keep the user waiting."""

_FunctionCallFrame = (
    FunctionCallsStartedFrame
    | FunctionCallInProgressFrame
    | FunctionCallResultFrame
    | FunctionCallCancelFrame
)


@dataclass
class Response:
    """One response of the model, and the tools that it called."""

    has_words: bool = False
    calls_tools: bool = False
    is_complete: bool = False
    pending: set[str] = field(default_factory=set)

    @property
    def is_over(self) -> bool:
        """Whether it called tools, and all of them are done."""
        return self.calls_tools and self.is_complete and not self.pending


class ToolCalls(FrameProcessor):
    """Offers the agent's tools to the model, runs them, and says that it takes a moment if it does.

    What the model calls and what it is told goes to the memory directly: in the line it would wait
    behind the audio that is still being spoken.
    """

    def __init__(
        self,
        call: CallContext,
        *,
        tool_secs: Annotated[
            float, Field(gt=0, le=600, description="longest time for a tool; then the model is told")
        ] = 10.0,
        filler: Annotated[
            str, Field(description="said once in a turn while a tool takes its time; '' for nothing")
        ] = "One moment, please.",
        filler_after_secs: Annotated[
            float, Field(gt=0, le=60, description="how long a tool runs before that is said")
        ] = 1.5,
        goodbye: Annotated[
            str, Field(description="said before hanging up, where the model says nothing itself")
        ] = "Goodbye.",
    ) -> None:
        super().__init__()
        self._call = call
        self._filler = Filler(filler, filler_after_secs, self._say)
        has_voice = any(stage.name == "tts" for stage in call.agent.stages)
        self._speaks_itself = call.agent.kind == "realtime" and not has_voice
        self._goodbye = goodbye
        self._response = Response()
        self._rounds = 0
        if tools := offered_tools(call, tool_secs):
            call.conversation.context.set_tools(tools)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Passes every frame on, but those of tool calls, which the memory gets."""
        await super().process_frame(frame, direction)
        if direction is FrameDirection.UPSTREAM:
            if not (isinstance(frame, LLMContextFrame) and self._is_recovering):
                await self.push_frame(frame, direction)
        elif isinstance(frame, _FunctionCallFrame):
            await self._read_call(frame)
        elif isinstance(frame, LLMFullResponseEndFrame):
            await self._end_response(frame)
        else:
            self._read(frame)
            await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        """Leaves no task behind."""
        await super().cleanup()
        self._filler.tool_is_done()

    @property
    def _is_recovering(self) -> bool:
        """A result that comes while the agent apologises must not begin another answer."""
        return self._call.state.current is AgentState.RECOVERING_ERROR

    def _read(self, frame: Frame) -> None:
        match frame:
            case LLMFullResponseStartFrame():
                self._response = Response()
            case LLMTextFrame(text=text) if text.strip():
                self._response.has_words = True
                self._filler.has_spoken()
            case InterruptionFrame():
                self._begin_turn()

    async def _read_call(self, frame: _FunctionCallFrame) -> None:
        match frame:
            case FunctionCallsStartedFrame():
                await self._begin_calls({each.tool_call_id for each in frame.function_calls})
            case FunctionCallResultFrame() if self._is_last_word(frame):
                frame.properties = FunctionCallResultProperties(run_llm=False)
        await self._call.conversation.agent_side().queue_frame(frame, FrameDirection.DOWNSTREAM)
        if isinstance(frame, FunctionCallResultFrame | FunctionCallCancelFrame):
            self._response.pending.discard(frame.tool_call_id)
            await self._end_calls()

    def _is_last_word(self, frame: FunctionCallResultFrame) -> bool:
        """Whether nobody waits for the model's answer to it: the call ends, or the turn was given up."""
        return self._call.hang_up.is_requested or frame.tool_call_id not in self._response.pending

    async def _begin_calls(self, calls: set[str]) -> None:
        self._response.calls_tools = True
        self._response.pending |= calls
        self._rounds += 1
        if self._rounds > MOST_ROUNDS:
            logger.warning("the model called tools {} times in a turn without an answer", MOST_ROUNDS)
            endless = ErrorFrame("tools without end", exception=StageFault("empty_answer"))
            await self.push_frame(endless, FrameDirection.UPSTREAM)
        else:
            self._filler.tool_begins()

    async def _end_response(self, frame: LLMFullResponseEndFrame) -> None:
        self._response.is_complete = True
        if not self._response.calls_tools:
            self._begin_turn()
            await self.push_frame(frame)
            return
        called = LLMToolsCalledFrame()
        called.skip_tts = frame.skip_tts
        await self.push_frame(called)
        await self._end_calls()

    async def _end_calls(self) -> None:
        """Once every tool is done: no words to fill the time, and a good-bye if it is time for one."""
        if not self._response.pending:
            self._filler.tool_is_done()
        if self._response.is_over and self._call.hang_up.is_requested:
            await self._say_goodbye(has_words=self._response.has_words)

    async def _say(self, frame: TTSSpeakFrame) -> None:
        """Has the voice say it, or a model that speaks itself, which stands before this."""
        where = FrameDirection.UPSTREAM if self._speaks_itself else FrameDirection.DOWNSTREAM
        await self.push_frame(frame, where)

    async def _say_goodbye(self, *, has_words: bool) -> None:
        """Ends the answer, with a good-bye if there has been none."""
        text = "" if has_words else self._call.hang_up.goodbye or self._goodbye
        if text and self._speaks_itself:
            self._begin_turn()
            await self._say(TTSSpeakFrame(text))
            return
        if text:
            await self.push_frame(LLMFullResponseStartFrame())
            await self.push_frame(LLMTextFrame(text))
        self._begin_turn()
        await self.push_frame(LLMFullResponseEndFrame())
        if not text and not has_words:
            self._call.state.move(AgentState.LISTENING)

    def _begin_turn(self) -> None:
        self._response = Response()
        self._rounds = 0
        self._filler.begin_turn()
