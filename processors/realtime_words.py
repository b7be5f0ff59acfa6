"""What the user says to a realtime model, as it is written down beside it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime

from pipecat.frames.frames import Frame, InterimTranscriptionFrame, TranscriptionFrame
from pipecat.utils.time import time_now_iso8601

from ..agents.conversation import Conversation
from ..agents.faults import StageFault
from ..agents.realtime.connection import Event
from ..agents.realtime.events import TRANSCRIPTION
from .realtime_items import items_of
from .realtime_line import RealtimeLine
from .realtime_session import RealtimeSession
from .realtime_utterance import RealtimeUtterance
from .second_hearing import SecondHearing
from .transcription_session import TranscriptionSession

TRANSCRIPT_SECS = 5.0
"""How long a session's transcript is waited for; it takes a second or two."""


class UserWords:
    """Keeps the user's place in the conversation, and fills it in once the transcript is there.

    The model answers what it heard, not the transcript: that often comes when the answer has begun,
    at times when it is over. What its session does not write down gets a second hearing.
    """

    def __init__(
        self,
        conversation: Conversation,
        line: RealtimeLine,
        open_recogniser: Callable[[], Awaitable[TranscriptionSession]],
        push: Callable[[Frame], Awaitable[None]],
    ) -> None:
        self._conversation = conversation
        self._line = line
        self._push = push
        self._decided: deque[RealtimeUtterance] = deque()
        self._second_hearing = SecondHearing(open_recogniser, self._know_late)

    def expect(self, sound: bytes, began: datetime) -> None:
        """The user's turn is over."""
        words = self._conversation.expect_user(began)
        self._decided.append(RealtimeUtterance(words, sound, self._second_hearing.hear))

    def committed(self, session: RealtimeSession, item_id: str, began: datetime) -> None:
        """What was said longest ago is this item; one that is told twice is one."""
        if item_id in session.said:
            return
        if not self._decided:
            self.expect(b"", began)
        utterance = session.said[item_id] = self._decided.popleft()
        timer = asyncio.get_running_loop().call_later(TRANSCRIPT_SECS, utterance.miss)
        utterance.words.on_known(timer.cancel)

    def nothing_was_said(self) -> None:
        """The model has heard nothing in it."""
        if self._decided:
            self._decided.popleft().know("")

    def give_up(self, unsent: int) -> None:
        """Nobody answers what is no item yet; the last `unsent` of it never will be one.

        The rest of it may still become one, if its session is there: it keeps its place among them.
        """
        for utterance in self._decided:
            utterance.miss()
        for _ in range(min(unsent, len(self._decided))):
            self._decided.pop()

    def forget(self) -> None:
        """The session is lost: what is no item yet never will be one."""
        while self._decided:
            self._decided.popleft().miss()

    async def finish(self) -> None:
        """Waits for what is being heard a second time, where the conversation is kept."""
        self.forget()
        if not self._conversation.is_kept:
            self._second_hearing.give_up()
        await self._second_hearing.finish()

    async def take(self, session: RealtimeSession, event: Event) -> str | None:
        """Reads an event of a transcript; returns its text if it is the last one of an item."""
        utterance = session.said.get(event["item_id"])
        if utterance is None or utterance.is_known:
            return None
        match event["type"].removeprefix(TRANSCRIPTION):
            case "delta":
                utterance.interim += event.get("delta") or ""
                if text := utterance.interim.strip():
                    await self._push(InterimTranscriptionFrame(text, "", time_now_iso8601()))
            case "completed":
                return await self._complete(utterance, event["transcript"])
            case "failed":
                utterance.miss()
        return None

    async def _complete(self, utterance: RealtimeUtterance, text: object) -> str:
        if not isinstance(text, str):
            raise StageFault("malformed")
        await self._know(utterance, text.strip())
        return text.strip()

    async def _know_late(self, utterance: RealtimeUtterance, text: str) -> None:
        await self._know(utterance, text)
        session = self._line.session
        if text and session and utterance not in session.said.values():
            self._tell_last(session, text)

    def _tell_last(self, session: RealtimeSession, text: str) -> None:
        """Tells a session that took over before it was known; not where the answer came, and stands there."""
        last = self._conversation.so_far[-1:]
        if last == [{"role": "user", "content": text}]:
            for item in items_of(last):
                self._line.say(item, session)

    async def _know(self, utterance: RealtimeUtterance, text: str) -> None:
        utterance.know(text)
        if text:
            await self._push(TranscriptionFrame(text, "", time_now_iso8601(), finalized=True))
