"""OpenAI's speech to speech: one model that hears, thinks and speaks."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    FunctionCallFromLLM,
    InputAudioRawFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMServiceMetadataFrame,
    LLMTextFrame,
    StartFrame,
    TTSSpeakFrame,
    TTSStoppedFrame,
    UserSpeakingFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.metrics.metrics import LLMTokenUsage
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService
from pydantic import Field

from ..agents.call_context import CallContext
from ..agents.faults import StageFault
from ..agents.frames import InputGateOpenedFrame, ResetTurnFrame, UserTurnDecidedFrame, UserTurnEmptyFrame
from ..agents.realtime.connection import Event, RealtimeConnection
from ..agents.realtime.errors import SessionExpired
from ..agents.realtime.socket import open_realtime_socket
from ..agents.upstream import OpenAIUpstream
from ..agents.wire import AgentState
from .deadline import Deadline
from .realtime_answer import RealtimeAnswer
from .realtime_hearing import Loudness, RealtimeHearing
from .realtime_items import items_of
from .realtime_line import RealtimeLine
from .realtime_reply import RealtimeReply
from .realtime_session import TRANSCRIPTION, RealtimeSession
from .realtime_wishes import RealtimeWishes, TurnDetection
from .realtime_words import UserWords

NO_ANSWER_SECS = 1.0
"""How long after an empty transcript an answer may still begin: the model may have heard more than it."""

_SPEAKING_SIGN_SECS = 0.5
_LONGEST_SECS = 30.0
_HARMLESS = {
    "response_cancel_not_active",
    "conversation_already_has_active_response",
    "item_truncate_invalid_item_id",
    "item_delete_invalid_item_id",
}
_NOTHING_SAID = "input_audio_buffer_commit_empty"

Secs = Annotated[float, Field(gt=0, le=120)]
Voice = Literal["alloy", "ash", "ballad", "cedar", "coral", "echo", "marin", "sage", "shimmer", "verse"]
Effort = Literal["", "minimal", "low", "medium", "high", "xhigh"]


class OpenAIRealtime(OpenAIRealtimeLLMService):
    """Pipecat's service with a way to the model of our own: one that outlives faults.

    The model hears the microphone all the time and says when the user's turn is over; or, behind a
    `vad`, endpointing of ours does. Whatever ends its session, the user is told once, and the next
    session knows the conversation so far.

    Pipecat's own stops listening after an `error` event, reports a lost connection with each piece
    of audio, connects to it never again, and answers the first turn twice.
    """

    def __init__(
        self,
        call: CallContext,
        openai: OpenAIUpstream,
        *,
        model: Annotated[str, Field(description="speech-to-speech model")],
        voice: Annotated[Voice, Field(description="who speaks")] = "marin",
        speed: Annotated[
            float | None, Field(ge=0.25, le=1.5, description="of its speech; 1 is normal")
        ] = None,
        output: Annotated[
            Literal["audio", "text"], Field(description="whether it answers aloud or in writing")
        ] = "audio",
        upstream: Annotated[
            Literal["websocket", "webrtc"], Field(description="the way to the model")
        ] = "websocket",
        transcription_model: Annotated[
            str, Field(min_length=1, description="writes down what the user says, for the transcript")
        ] = "gpt-realtime-whisper",
        noise_reduction: Annotated[
            Literal["", "near_field", "far_field"], Field(description="for a headset, or a room; '' is none")
        ] = "",
        turn_detection: Annotated[
            Literal["server_vad", "semantic_vad"],
            Field(
                description="silence ends a turn, or how finished it sounds; a `vad` in the line overrules it"
            ),
        ] = "server_vad",
        threshold: Annotated[float, Field(ge=0, le=1, description="of server_vad: how loud speech is")] = 0.5,
        silence_secs: Annotated[
            float, Field(ge=0.1, le=10, description="of server_vad: silence that ends a turn")
        ] = 0.5,
        prefix_secs: Annotated[
            float, Field(ge=0, le=5, description="of server_vad: how much from before speech is heard")
        ] = 0.3,
        eagerness: Annotated[
            Literal["auto", "low", "medium", "high"], Field(description="of semantic_vad: low waits longest")
        ] = "auto",
        max_output_tokens: Annotated[int | None, Field(ge=1, le=4096, description="longest answer")] = None,
        reasoning_effort: Annotated[
            Effort, Field(description="of models that reason; '' is the model's own")
        ] = "",
        first_secs: Annotated[Secs, Field(description="longest wait for the beginning of an answer")] = 4.0,
        next_secs: Annotated[Secs, Field(description="longest wait between its pieces")] = 2.0,
        connect_secs: Annotated[Secs, Field(description="longest wait for a session that is set up")] = 4.0,
    ) -> None:
        self._detects = not any(stage.name == "vad" for stage in call.agent.stages)
        detection = TurnDetection(turn_detection, threshold, silence_secs, prefix_secs, eagerness)
        self._wishes = RealtimeWishes(
            model=model,
            instructions=call.conversation.prompt,
            output=output,
            voice=voice,
            speed=speed,
            transcription_model=transcription_model,
            language=call.agent.fields.language.split("-")[0].lower(),
            noise_reduction=noise_reduction,
            turn_detection=detection if self._detects else None,
            interrupts=call.agent.fields.barge_in,
            max_output_tokens=max_output_tokens,
            reasoning_effort=reasoning_effort,
        )
        super().__init__(api_key="", settings=self.Settings(model=model))
        self._call, self._openai, self._upstream = call, openai, upstream
        self._state = call.state
        self._context = call.conversation.context
        self._first_secs, self._next_secs, self._connect_secs = first_secs, next_secs, connect_secs
        self._line = RealtimeLine(self._open_session, self._so_far, self._take, self._lost)
        self._line.is_idle = self._is_idle
        self._hearing = RealtimeHearing(
            self._line.outbox, turns_only=not self._detects and upstream == "websocket"
        )
        self._reply = RealtimeReply(call.conversation.speech, self.push_frame)
        self._words = UserWords(call.conversation, self._push_up)
        self._deadline = Deadline(self._missed)
        self._no_answer = Deadline(self._nothing_was_said)
        self._loudness = Loudness()
        self._keeping: asyncio.Task[None] | None = None
        self._expects = self._next_is_aside = self._is_owed = False
        self._is_speaking = self._is_unheard = False
        self._began = datetime.now(UTC)
        self._is_told = self._is_heard = False
        self._signed_at = 0.0
        self._state.subscribe(self._moved)
        self._moved(self._state.current)

    # The line of the pipeline

    def service_metadata_frame(self) -> LLMServiceMetadataFrame:
        """Says that turns and conversation are looked after here: nobody needs to change for it."""
        return LLMServiceMetadataFrame(service_name=self.name, is_realtime_service=False)

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
                await self._hear(frame)
                return
            case TTSSpeakFrame():
                await self._speak(frame)
                return
            case InputGateOpenedFrame():
                self._gate_opened()
            case ResetTurnFrame():
                self._forget_turn()
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame):
            await self._fall_silent()
        if not self._detects and direction is FrameDirection.DOWNSTREAM:
            await self._follow(frame)

    async def _connect(self) -> None:
        """Not Pipecat's way."""

    async def _disconnect(self) -> None:
        """Not Pipecat's way."""

    async def _ws_send(self, realtime_message: Event) -> None:
        """What Pipecat's part says: results of tools."""
        self._line.say(realtime_message)

    async def _handle_interruption(self) -> None:
        self._take_back()
        await self.stop_all_metrics()

    async def _handle_context(self, context: LLMContext, direction: FrameDirection) -> None:
        """Has the model go on with what its tools said, once it has said what it is saying."""
        if direction is FrameDirection.UPSTREAM:
            self._is_owed = self._next_is_aside or self._reply.is_coming
            if not self._is_owed:
                self._ask({})

    async def _close(self) -> None:
        keeping, self._keeping = self._keeping, None
        self._deadline.met()
        self._no_answer.met()
        if keeping:
            await self.cancel_task(keeping)

    async def _push_up(self, frame: Frame) -> None:
        await self.push_frame(frame, FrameDirection.UPSTREAM)

    # The way to the model

    async def _open_session(self) -> RealtimeSession:
        context = self._call.conversation.context
        tools = self.get_llm_adapter().from_standard_tools(context.tools) or []
        wishes = self._wishes.session(tools if isinstance(tools, list) else [])

        async def connect() -> RealtimeConnection:
            if self._upstream == "websocket":
                return await open_realtime_socket(self._openai, self._wishes.model)
            # Its libraries are large, and few need them.
            from ..agents.realtime.peer import open_realtime_call

            return await open_realtime_call(self._openai, wishes, connect_secs=self._connect_secs)

        return await RealtimeSession.open(connect, wishes, self._connect_secs)

    def _so_far(self) -> list[Event]:
        """What a fresh session has to know; the calls of tools in an old one mean nothing to it."""
        self._open_function_calls = set()
        self._is_told = False
        return items_of(self._call.conversation.so_far)

    def _is_idle(self) -> bool:
        is_busy = self._is_speaking or self._expects or self._reply.is_coming
        return self._state.current is AgentState.LISTENING and not is_busy

    def _moved(self, state: AgentState) -> None:
        if state is AgentState.LISTENING:
            self._line.users_turn.set()
        else:
            self._line.users_turn.clear()

    async def _lost(self, error: BaseException, was_open: bool) -> None:
        """Tells the user, unless another session can hear the same without anybody noticing."""
        is_missed = self._expects or self._reply.is_coming or self._state.current is AgentState.THINKING
        if was_open and _is_cut(error) and not is_missed and not self._is_told:
            self._is_told = True
            self._line.outbox.again()
            return
        self._deadline.met()
        self._no_answer.met()
        if not was_open and self._is_told and not (self._is_heard or self._expects):
            return
        self._is_told, self._is_heard = True, False
        self._forget_turn()
        self._reply.answer = None
        await self.push_error("the realtime model failed", exception=_as_exception(error))

    def _forget_turn(self) -> None:
        self._expects = self._next_is_aside = self._is_owed = False
        self._is_speaking = self._is_unheard = False
        self._deadline.met()
        self._hearing.end_turn()
        self._hearing.start_afresh()
        self._line.outbox.forget()

    def _missed(self) -> None:
        """The model took too long; so has a session that was not there to ask it."""
        if self._line.session:
            self._line.give_up(StageFault("timeout"))
        else:
            self.create_task(self._lost(StageFault("timeout"), False))

    # The user's side

    async def _hear(self, frame: InputAudioRawFrame) -> None:
        self._hearing.hear(frame.audio)
        speaks_up = self._detects and self._loudness.hear(frame.audio)
        if speaks_up and self._line.session is None and self._state.hears_user:
            self._is_heard = True
            self._line.wake()
            await self._push_up(VADUserStartedSpeakingFrame())
        if self._is_speaking and time.monotonic() - self._signed_at > _SPEAKING_SIGN_SECS:
            self._signed_at = time.monotonic()
            await self._push_up(UserSpeakingFrame())

    def _gate_opened(self) -> None:
        self._hearing.start_afresh()
        if self._line.session is None:
            self._line.outbox.drop_sound()
        elif not self._detects and self._upstream == "webrtc":
            self._line.say({"type": "input_audio_buffer.clear"})

    async def _follow(self, frame: Frame) -> None:
        """Where endpointing of ours detects turns."""
        match frame:
            case VADUserStartedSpeakingFrame():
                if not self._is_speaking:
                    began = datetime.fromtimestamp(frame.timestamp, UTC)
                    self._began = began - timedelta(seconds=frame.start_secs)
                self._is_speaking = self._line.outbox.keeps_turn = True
                self._hearing.begin_turn()
            case UserTurnDecidedFrame():
                self._is_speaking = False
                self._hearing.end_turn()
                self._line.say({"type": "input_audio_buffer.commit"})
                self._ask({})
                await self.start_ttfb_metrics()

    async def _speech_started(self, session: RealtimeSession, event: Event) -> None:
        self._is_unheard = not self._state.hears_user
        if self._is_unheard:
            return
        ago_secs = self._loudness.loud_secs
        if self._upstream == "websocket":
            ago_secs = max(0.0, session.heard_secs - event["audio_start_ms"] / 1000)
        self._began = datetime.now(UTC) - timedelta(seconds=min(ago_secs, _LONGEST_SECS))
        self._is_speaking = self._line.outbox.keeps_turn = True
        if self._state.is_agents_turn:
            self._take_back()
            await self.broadcast_frame(InterruptionFrame)
            await self._fall_silent()
        await self.broadcast_frame(VADUserStartedSpeakingFrame, timestamp=self._began.timestamp())
        await self.broadcast_frame(UserStartedSpeakingFrame)

    async def _speech_stopped(self, session: RealtimeSession, event: Event) -> None:
        if self._is_unheard or not self._is_speaking:
            return
        self._is_speaking = self._line.outbox.keeps_turn = False
        silence_secs = self._silence_secs(session, event)
        self._expect()
        await self.start_ttfb_metrics()
        await self.broadcast_frame(VADUserStoppedSpeakingFrame, stop_secs=silence_secs)
        await self.push_frame(UserTurnDecidedFrame(silence_secs))
        await self.broadcast_frame(UserStoppedSpeakingFrame)

    def _silence_secs(self, session: RealtimeSession, event: Event) -> float:
        """How long nobody has spoken.

        A detector of silence tells, where audio goes straight to it; else it is as long as it was quiet.
        """
        detection = self._wishes.turn_detection
        if self._upstream != "websocket" or detection is None or detection.kind != "server_vad":
            return min(self._loudness.quiet_secs, _LONGEST_SECS)
        lag_secs = session.heard_secs - event["audio_end_ms"] / 1000
        return detection.silence_secs + min(max(0.0, lag_secs), _LONGEST_SECS)

    async def _committed(self, session: RealtimeSession, event: Event) -> None:
        if self._is_unheard:
            self._is_unheard = False
            self._line.say({"type": "conversation.item.delete", "item_id": event["item_id"]}, session)
        else:
            self._words.expect(session, event["item_id"], self._began)

    async def _transcribed(self, session: RealtimeSession, event: Event) -> None:
        text = await self._words.take(session, event)
        if text == "" and self._expects and self._detects and session is self._line.session:
            self._no_answer.set(NO_ANSWER_SECS)

    def _nothing_was_said(self) -> None:
        if self._expects:
            self._expects = False
            self._deadline.met()
            self.create_task(self.push_frame(UserTurnEmptyFrame()))

    # The agent's side

    def _expect(self) -> None:
        self._expects = True
        self._deadline.set(self._first_secs)

    def _ask(self, how: Event) -> None:
        """Has the model answer."""
        self._line.say({"type": "response.create", **({"response": how} if how else {})})
        self._expect()

    async def _speak(self, frame: TTSSpeakFrame) -> None:
        """Says exactly this; an answer in writing needs nobody to say it, and has nothing aside."""
        is_aside = not frame.append_to_context
        if self._wishes.output == "audio":
            self._next_is_aside = is_aside
            apart = {"conversation": "none", "input": []} if is_aside else {}
            self._ask({"instructions": f"Say exactly: {frame.text}", "tool_choice": "none", **apart})
            return
        if is_aside:
            return
        if self._line.session:
            for item in items_of([{"role": "assistant", "content": frame.text}]):
                self._line.say(item, self._line.session)
        await self.push_frame(LLMFullResponseStartFrame())
        await self.push_frame(LLMTextFrame(frame.text))
        await self.push_frame(LLMFullResponseEndFrame())

    async def _take(self, session: RealtimeSession, event: Event) -> None:
        """Reads an event of the model.

        Raises:
            StageFault: it is not what it says it is (`malformed`), or tells of a fault.
        """
        try:
            await self._read(session, event)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StageFault("malformed") from error

    async def _read(self, session: RealtimeSession, event: Event) -> None:
        match event["type"]:
            case "error":
                await self._refused(session, event["error"])
            case "input_audio_buffer.speech_started":
                await self._speech_started(session, event)
            case "input_audio_buffer.speech_stopped":
                await self._speech_stopped(session, event)
            case "input_audio_buffer.committed":
                await self._committed(session, event)
            case "response.created":
                await self._answer_begins(session, event["response"]["id"])
            case "response.done":
                await self._answer_ends(session, event["response"])
            case kind if kind.startswith(TRANSCRIPTION):
                await self._transcribed(session, event)
            case kind if kind.startswith("response."):
                await self._answer_goes_on(session, event)

    async def _answer_begins(self, session: RealtimeSession, response_id: str) -> None:
        if not self._expects:
            # To something that nobody was meant to hear: noise in the agent's turn.
            self._line.say({"type": "response.cancel", "response_id": response_id}, session)
            return
        self._expects = False
        self._no_answer.met()
        is_aside, self._next_is_aside = self._next_is_aside, False
        await self._reply.begin(session, response_id, is_aside=is_aside)

    async def _answer_goes_on(self, session: RealtimeSession, event: Event) -> None:
        answer = self._reply.answering(session, event.get("response_id"))
        if not answer:
            return
        was_empty = answer.is_empty
        await self._reply.take(answer, event)
        if not answer.is_empty:
            self._deadline.set(self._next_secs)
            if was_empty:
                self._line.works()
                await self.stop_ttfb_metrics()

    async def _answer_ends(self, session: RealtimeSession, response: Event) -> None:
        await self._count(response.get("usage"))
        answer = self._reply.answering(session, response["id"])
        if not answer:
            return
        self._deadline.met()
        if response["status"] == "failed":
            raise session.fault_of((response.get("status_details") or {}).get("error"))
        if answer.is_empty:
            raise StageFault("empty_answer" if response["status"] == "completed" else "cut_off")
        await self._call_tools(answer)
        await self._reply.end(answer)
        if self._is_owed:
            self._is_owed = False
            self._ask({})

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

    def _take_back(self) -> None:
        """Nobody waits for the answer any more: the model is told how little of it was heard."""
        self._expects = self._next_is_aside = self._is_owed = False
        self._deadline.met()
        if taken := self._reply.take_back():
            session, events = taken
            for event in events:
                self._line.say(event, session)

    async def _fall_silent(self) -> None:
        """Ends the speech that was cut off: a last piece of it may still be sent, and would seem to go on."""
        if self._wishes.output == "audio" and self._state.current is not AgentState.RECOVERING_ERROR:
            await self.push_frame(TTSStoppedFrame())

    async def _refused(self, session: RealtimeSession, error: Any) -> None:
        """An `error` of the session.

        Raises:
            StageFault: unless it is one of no consequence.
        """
        code = error.get("code")
        if code == _NOTHING_SAID:
            self._nothing_was_said()
        elif code not in _HARMLESS:
            raise session.fault_of(error)

    async def _count(self, usage: Any) -> None:
        if not isinstance(usage, dict):
            return
        heard, said = usage.get("input_token_details") or {}, usage.get("output_token_details") or {}
        tokens = LLMTokenUsage(
            prompt_tokens=usage.get("input_tokens") or 0,
            completion_tokens=usage.get("output_tokens") or 0,
            total_tokens=usage.get("total_tokens") or 0,
            cache_read_input_tokens=heard.get("cached_tokens"),
            input_audio_tokens=heard.get("audio_tokens"),
            output_audio_tokens=said.get("audio_tokens"),
        )
        await self.start_llm_usage_metrics(tokens)


def _is_cut(error: BaseException) -> bool:
    return isinstance(error, SessionExpired) or (isinstance(error, StageFault) and error.code == "cut_off")


def _as_exception(error: BaseException) -> Exception:
    return error if isinstance(error, Exception) else StageFault("internal")
