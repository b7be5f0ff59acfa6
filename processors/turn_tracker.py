"""Moves the state of the call as turns begin and end."""

import asyncio

from pipecat.frames.frames import (
    BotSpeakingFrame,
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.processors.frameworks.rtvi.frames import RTVIServerMessageFrame

from ..agents.call_context import CallContext
from ..agents.frames import (
    APOLOGY_CONTEXT,
    LLMToolsCalledFrame,
    UserTurnDecidedFrame,
    UserTurnEmptyFrame,
)
from ..agents.wire import AgentState, interruption
from .asides import Asides

HANGOVER_SECS = 0.2
"""How long after its last sample the agent still has the turn: its echo is on its way."""


class TurnTracker(FrameProcessor):
    """Reads from the frames whose turn it is, behind `out`, where audio has been paced out.

    The agent's turn is over when its answer is complete *and* its audio has been sent: between
    two sentences there may be silence, and the gate must stay shut in it. While the model waits for
    a tool its answer isn't complete; what is said meanwhile is no part of it, and nobody behind is
    told of its beginning and end. An answer that is only written is the agent's turn from its first
    text to its last; text that is spoken comes here only to be shown.
    """

    def __init__(self, call: CallContext) -> None:
        super().__init__(enable_direct_mode=True)
        self._state = call.state
        self._asides = Asides(call.state)
        self._is_answering = False
        self._is_speaking = False
        self._is_cut_off = False
        self._is_writing = False
        self._was_empty = False
        self._hangover: asyncio.Task | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Passes every frame on after reading it."""
        await super().process_frame(frame, direction)
        if direction is FrameDirection.DOWNSTREAM:
            if self._asides.cover(frame, self._is_answering):
                return
            await self._read(frame)
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        """Leaves no task behind."""
        await super().cleanup()
        await self._stay()

    async def _read(self, frame: Frame) -> None:
        match frame:
            case UserTurnDecidedFrame():
                self._was_empty = self._is_cut_off = False
                self._state.move(AgentState.THINKING)
            case UserTurnEmptyFrame():
                self._turn_was_empty()
            case LLMFullResponseStartFrame():
                self._asked()
            case LLMToolsCalledFrame():
                pass
            case LLMTextFrame(append_to_context=True) if self._is_answering:
                await self._wrote()
            case LLMFullResponseEndFrame():
                self._is_answering = False
                await self._maybe_over()
            case TTSStartedFrame():
                self._is_cut_off = False
            case BotStartedSpeakingFrame() if not self._is_cut_off:
                await self._started_speaking()
            case BotStoppedSpeakingFrame():
                self._is_speaking = False
                await self._maybe_over()
            case InterruptionFrame():
                await self._interrupted()
            case TTSStoppedFrame(context_id=context) if context == APOLOGY_CONTEXT:
                await self._leave_soon(AgentState.RECOVERING_ERROR)

    def _turn_was_empty(self) -> None:
        self._was_empty = not self._is_answering
        if self._was_empty:
            self._state.move(AgentState.LISTENING)

    def _asked(self) -> None:
        """The model may be asked after a turn without words too, where that turn had cut it short."""
        self._is_answering = True
        if self._was_empty:
            self._was_empty = False
            self._state.move(AgentState.THINKING)

    async def _wrote(self) -> None:
        """Text is all there is to see of an answer, and the sign that whoever writes it is alive."""
        await self._stay()
        self._is_writing = True
        self._state.move(AgentState.SPEAKING)
        await self.push_frame(BotSpeakingFrame(), FrameDirection.UPSTREAM)

    async def _interrupted(self) -> None:
        """Gives the turn back to a user who has spoken up; a recovery interrupts too, and keeps it."""
        self._is_answering = self._is_writing = False
        if self._state.is_agents_turn:
            # A last piece of what is given up may still be sent: it is no new speech.
            self._is_cut_off = True
            await self._stay()
            await self.push_frame(RTVIServerMessageFrame(interruption()))
            self._state.move(AgentState.LISTENING)

    async def _started_speaking(self) -> None:
        self._is_speaking = True
        await self._stay()
        self._state.move(AgentState.SPEAKING)

    async def _maybe_over(self) -> None:
        if self._is_speaking or self._is_answering:
            return
        if self._is_writing:
            self._is_writing = False
            self._state.move(AgentState.LISTENING)
        else:
            await self._leave_soon(AgentState.SPEAKING)

    async def _leave_soon(self, state: AgentState) -> None:
        await self._stay()
        if self._state.current is state:
            self._hangover = self.create_task(self._listen_after(HANGOVER_SECS, state))

    async def _listen_after(self, secs: float, state: AgentState) -> None:
        await asyncio.sleep(secs)
        self._hangover = None
        if self._state.current is state:
            self._state.move(AgentState.LISTENING)

    async def _stay(self) -> None:
        task, self._hangover = self._hangover, None
        if task:
            await self.cancel_task(task)
