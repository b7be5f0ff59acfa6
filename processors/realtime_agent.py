"""The agent's side of a conversation with a realtime model."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pipecat.frames.frames import (
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
    TTSStoppedFrame,
)
from pipecat.processors.frame_processor import FrameProcessor

from ..agents.call_context import CallContext
from ..agents.faults import StageFault
from ..agents.frames import UserTurnEmptyFrame
from ..agents.realtime.connection import Event
from ..agents.wire import AgentState
from .deadline import Deadline
from .realtime_answer import RealtimeAnswer
from .realtime_items import items_of
from .realtime_line import RealtimeLine
from .realtime_reply import RealtimeReply
from .realtime_session import RealtimeSession

NO_ANSWER_SECS = 1.0
"""How long after an empty transcript an answer may still begin: the model may have heard more than it."""


@dataclass(frozen=True)
class Patience:
    """How long the model may take: to begin an answer, between its pieces, and to be there."""

    first_secs: float
    next_secs: float
    connect_secs: float


class RealtimeAgent:
    """Has the model answer, in time, and hands on what it answers.

    An answer that nobody waits for is taken back. `on_missed` is called where one takes too long,
    `on_begins` with its first words or sound, and `call_tools` with what it calls.
    """

    def __init__(
        self,
        processor: FrameProcessor,
        call: CallContext,
        line: RealtimeLine,
        patience: Patience,
        *,
        speaks: bool,
        on_missed: Callable[[], None],
        on_begins: Callable[[], Awaitable[None]],
        call_tools: Callable[[RealtimeAnswer], Awaitable[None]],
    ) -> None:
        self._processor = processor
        self._state = call.state
        self._line = line
        self._patience = patience
        self._speaks = speaks
        self._on_begins = on_begins
        self._call_tools = call_tools
        self._reply = RealtimeReply(call.conversation.speech, processor.push_frame)
        self._deadline = Deadline(on_missed)
        self._no_answer = Deadline(self.nothing_was_said)
        self._next_is_aside = self._is_owed = False
        self.is_expected = False
        """Whether an answer is due that has not begun."""

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits for an answer, or for the rest of it."""
        return self.is_expected or self._reply.is_coming

    def expect(self) -> None:
        """The model is about to answer by itself."""
        self.is_expected = True
        self._deadline.set(self._patience.first_secs)

    def ask(self, **how: object) -> None:
        """Has the model answer."""
        self._line.say({"type": "response.create", **({"response": how} if how else {})})
        self.expect()

    def ask_after_tools(self) -> None:
        """Has it go on with what its tools said, once it has said what it is saying."""
        self._is_owed = self._next_is_aside or self._reply.is_coming
        if not self._is_owed:
            self.ask()

    def nothing_was_heard(self) -> None:
        """The transcript is empty: without an answer soon, there was nothing to answer."""
        if self.is_expected:
            self._no_answer.set(NO_ANSWER_SECS)

    def nothing_was_said(self) -> None:
        """There was nothing to answer."""
        if self.is_expected:
            self.forget()
            self._processor.create_task(self._processor.push_frame(UserTurnEmptyFrame()))

    def forget(self) -> None:
        """No answer is waited for that has not begun."""
        self.is_expected = self._next_is_aside = self._is_owed = False
        self._deadline.met()
        self._no_answer.met()

    def lose(self) -> None:
        """Whatever it was saying, there is no more of it."""
        self.forget()
        self._reply.answer = None

    def take_back(self) -> None:
        """Nobody waits for the answer any more: the model is told how little of it was heard."""
        self.forget()
        if taken := self._reply.take_back():
            session, events = taken
            for event in events:
                self._line.say(event, session)

    async def fall_silent(self) -> None:
        """Ends the speech that was cut off: a last piece of it may still be sent, and would seem to go on."""
        if self._speaks and self._state.current is not AgentState.RECOVERING_ERROR:
            await self._processor.push_frame(TTSStoppedFrame())

    async def say(self, frame: TTSSpeakFrame) -> None:
        """Says exactly this; an answer in writing needs nobody to say it, and has nothing aside."""
        is_aside = not frame.append_to_context
        if self._speaks:
            self._next_is_aside = is_aside
            apart: Event = {"conversation": "none", "input": []} if is_aside else {}
            self.ask(instructions=f"Say exactly: {frame.text}", tool_choice="none", **apart)
        elif not is_aside:
            await self._write(frame.text)

    async def begins(self, session: RealtimeSession, response_id: str) -> None:
        """The model answers: what nobody was meant to hear, noise in the agent's turn, is no question."""
        if not self.is_expected:
            self._line.say({"type": "response.cancel", "response_id": response_id}, session)
            return
        self.is_expected = False
        self._no_answer.met()
        is_aside, self._next_is_aside = self._next_is_aside, False
        await self._reply.begin(session, response_id, is_aside=is_aside)

    async def goes_on(self, session: RealtimeSession, event: Event) -> None:
        """More of the answer comes."""
        answer = self._reply.answering(session, event.get("response_id"))
        if not answer:
            return
        was_empty = answer.is_empty
        await self._reply.take(answer, event)
        if not answer.is_empty:
            self._deadline.set(self._patience.next_secs)
            if was_empty:
                self._line.works()
                await self._on_begins()

    async def ends(self, session: RealtimeSession, response: Event) -> None:
        """All of the answer has come.

        Raises:
            StageFault: it has failed, or there is nothing in it.
        """
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
            self.ask()

    async def _write(self, text: str) -> None:
        if self._line.session:
            for item in items_of([{"role": "assistant", "content": text}]):
                self._line.say(item, self._line.session)
        await self._processor.push_frame(LLMFullResponseStartFrame())
        await self._processor.push_frame(LLMTextFrame(text))
        await self._processor.push_frame(LLMFullResponseEndFrame())
