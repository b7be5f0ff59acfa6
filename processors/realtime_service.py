"""A realtime model in the line: what it is told, and what comes of its answers and faults."""

import asyncio
import json

from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    FunctionCallFromLLM,
    InputAudioRawFrame,
    InterruptionFrame,
    LLMServiceMetadataFrame,
    StartFrame,
    TTSSpeakFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService

from ..agents.call_context import CallContext
from ..agents.frames import InputGateOpenedFrame, ResetTurnFrame
from ..agents.realtime.connection import Event
from ..agents.upstream import OpenAIUpstream
from ..agents.wire import AgentState
from .realtime_agent import Patience, RealtimeAgent
from .realtime_answer import RealtimeAnswer
from .realtime_faults import RealtimeFaults
from .realtime_items import items_of
from .realtime_line import LAST_WORDS_SECS, RealtimeLine
from .realtime_reader import RealtimeReader
from .realtime_session import RealtimeSession
from .realtime_user import RealtimeUser
from .realtime_way import RealtimeWay
from .realtime_wishes import RealtimeWishes
from .realtime_words import UserWords

_CLOSE_SECS = 2.0


class RealtimeService(OpenAIRealtimeLLMService):
    """Pipecat's service with a way to the model of our own: one that outlives faults.

    The model hears the microphone all the time and says when the user's turn is over; or, where the
    wishes say so, endpointing of ours does. Whatever ends its session, the user is told once, and the
    next session knows the conversation so far.

    Pipecat's own stops listening after an `error` event, reports a lost connection with each piece
    of audio, connects to it never again, and answers the first turn twice.
    """

    def __init__(
        self,
        call: CallContext,
        openai: OpenAIUpstream,
        wishes: RealtimeWishes,
        patience: Patience,
        *,
        over_socket: bool,
    ) -> None:
        super().__init__(api_key="", settings=self.Settings(model=wishes.model))
        self._call, self._wishes = call, wishes
        self._way = RealtimeWay(openai, over_socket, patience.connect_secs)
        self._state = call.state
        self._context = call.conversation.context
        self._line = RealtimeLine(
            self._open_session,
            self._so_far,
            lambda session, event: self._reader.take(session, event),
            lambda error, was_open: self._faults.lost(error, was_open),
        )
        self._line.is_idle = self._is_idle
        self._words = UserWords(
            call.conversation,
            self._line,
            lambda: self._way.open_recogniser(wishes.recogniser()),
            self._push_up,
        )
        self._user = RealtimeUser(
            self,
            call,
            self._line,
            self._words,
            wishes.turn_detection,
            over_socket=over_socket,
            on_decided=self._decided,
            on_barge_in=self._give_way,
        )
        self._agent = RealtimeAgent(
            self,
            call,
            self._line,
            patience,
            speaks=wishes.output == "audio",
            on_missed=lambda: self._faults.missed(),
            on_begins=self.stop_ttfb_metrics,
            call_tools=self._call_tools,
        )
        self._reader = RealtimeReader(self._user, self._agent, self.start_llm_usage_metrics)
        self._faults = RealtimeFaults(self, call.state, self._line, self._user, self._agent)
        self._keeping: asyncio.Task[None] | None = None
        self._state.subscribe(self._moved)
        self._moved(self._state.current)

    def service_metadata_frame(self) -> LLMServiceMetadataFrame:
        """Says that turns and conversation are looked after here: nobody needs to change for it."""
        return LLMServiceMetadataFrame(service_name=self.name, is_realtime_service=False)

    async def reach_upstream(self) -> None:
        """Opens the session in advance where that is a call of its own, which may be refused.

        Raises:
            Exception: why there is none, fit for `describe`.
        """
        if not self._way.over_socket:
            await self._line.open()

    async def leave_upstream(self) -> None:
        """Closes it again: nobody comes."""
        await self._line.close()

    async def start(self, frame: StartFrame) -> None:
        """Begins to connect; the call does not wait for it."""
        await super().start(frame)
        self._sync_registered_tool_handlers(self._call.conversation.context.tools)
        self._keeping = self.create_task(self._line.run())

    async def stop(self, frame: EndFrame) -> None:
        """Closes."""
        await super().stop(frame)
        await self._close()

    async def cancel(self, frame: CancelFrame) -> None:
        """Closes at once."""
        await super().cancel(frame)
        await self._close()

    async def cleanup(self) -> None:
        """Leaves no task and no session behind."""
        await self._close()
        await super().cleanup()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Hears the microphone, speaks what it is told to, and follows whoever else detects turns."""
        match frame:
            case InputAudioRawFrame():
                if await self._user.hear(frame):
                    self._faults.heard()
                return
            case TTSSpeakFrame():
                await self._agent.say(frame)
                return
            case InputGateOpenedFrame():
                self._user.gate_opened()
            case ResetTurnFrame():
                self._faults.forget_turn()
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame):
            await self._agent.fall_silent()
        if not self._wishes.turn_detection and direction is FrameDirection.DOWNSTREAM:
            await self._user.follow(frame)

    async def _connect(self) -> None:
        """Not Pipecat's way."""

    async def _disconnect(self) -> None:
        """Not Pipecat's way."""

    async def _ws_send(self, realtime_message: Event) -> None:
        """What Pipecat's part says: results of tools."""
        self._line.say(realtime_message)

    async def _handle_interruption(self) -> None:
        self._agent.take_back()
        await self.stop_all_metrics()

    async def _handle_context(self, context: LLMContext, direction: FrameDirection) -> None:
        """The tools that the model called are done."""
        if direction is FrameDirection.UPSTREAM:
            self._agent.ask_after_tools()

    async def _close(self) -> None:
        keeping, self._keeping = self._keeping, None
        self._agent.forget()
        if keeping:
            await self.cancel_task(keeping, LAST_WORDS_SECS + _CLOSE_SECS)
            await self._words.finish()

    async def _push_up(self, frame: Frame) -> None:
        await self.push_frame(frame, FrameDirection.UPSTREAM)

    async def _open_session(self) -> RealtimeSession:
        context = self._call.conversation.context
        tools = self.get_llm_adapter().from_standard_tools(context.tools) or []
        return await self._way.open(self._wishes.session(tools if isinstance(tools, list) else []))

    def _so_far(self) -> list[Event]:
        """What a fresh session has to know; the calls of tools in an old one mean nothing to it."""
        self._open_function_calls = set()
        self._faults.mended()
        return items_of(self._call.conversation.so_far)

    def _is_idle(self) -> bool:
        is_busy = self._user.is_speaking or self._agent.is_awaited
        return self._state.current is AgentState.LISTENING and not is_busy

    def _moved(self, state: AgentState) -> None:
        if state is AgentState.LISTENING:
            self._line.users_turn.set()
        else:
            self._line.users_turn.clear()

    async def _decided(self) -> None:
        """The user's turn is over: it is the model's."""
        if self._wishes.turn_detection:
            self._agent.expect()
        else:
            self._agent.ask()
        await self.start_ttfb_metrics()

    async def _give_way(self) -> None:
        """The user has spoken up."""
        self._agent.take_back()
        await self.broadcast_frame(InterruptionFrame)
        await self._agent.fall_silent()

    async def _call_tools(self, answer: RealtimeAnswer) -> None:
        calls = [
            FunctionCallFromLLM(
                context=self._call.conversation.context,
                tool_call_id=call["call_id"],
                function_name=call["name"],
                arguments=json.loads(call["arguments"] or "{}"),
            )
            for call in answer.calls
        ]
        self._open_function_calls |= {call.tool_call_id for call in calls}
        await self.run_function_calls(calls)
