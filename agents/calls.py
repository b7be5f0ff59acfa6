"""The calls of one process: who may come in, who is in, and how all of them are ended."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

from loguru import logger

from .admission import Admission
from .call import Call, CallEnd
from .call_context import CallContext
from .conversation import Conversation
from .line import Line
from .meetings import Meetings
from .refusal import Refusal
from .services import Services
from .state import CallState
from .store.sink import Chunk
from .wire import EndReason, SpeakerType


class Calls:
    """Holds the calls and their places."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._limits = services.settings.server
        self._places: Counter[str] = Counter()
        self._running: set[Call] = set()
        self._all_gone = asyncio.Event()
        self._all_gone.set()
        self.meetings = Meetings(services)
        self.is_draining = False
        self.total = 0

    @property
    def active(self) -> int:
        """How many places are taken."""
        return self._places.total()

    def check_place(self, user: str) -> None:
        """Raises where a call of this user would be one too many.

        Raises:
            Refusal: 429 for the user's own cap; 503 while draining or full.
        """
        cap = self._limits.max_calls_per_user
        if cap and self._places[user] >= cap:
            raise Refusal("too_many_calls_of_user", f"You have {cap} calls already; end one first.")
        if self.is_draining:
            raise Refusal("draining", "The server is about to stop; call again in a moment.")
        if self.active >= self._limits.max_calls:
            raise Refusal("too_many_calls", "All lines are taken; call again in a moment.")

    @contextmanager
    def place(self, user: str) -> Iterator[None]:
        """Takes a place while it lasts.

        Raises:
            Refusal: there is none.
        """
        self.check_place(user)
        self._places[user] += 1
        self._all_gone.clear()
        try:
            yield
        finally:
            self._places[user] -= 1
            self._places += Counter()
            if not self.active:
                self._all_gone.set()

    async def hold(self, admission: Admission, line: Line) -> None:
        """Runs a call that was let in, from its first word to the end of its meeting."""
        call_id = token_hex(4)
        self.total += 1
        with logger.contextualize(call=call_id):
            logger.info("call of agent {} in meeting {}", admission.agent.name, admission.meeting.id)
            end = CallEnd.LOST
            try:
                end = await self._run(call_id, admission, line)
            finally:
                logger.info("call over: {}", end.value)
                self.meetings.leave(admission.meeting.id, may_rejoin=end is CallEnd.LOST)

    async def end_all(self, reason: EndReason) -> None:
        """Lets nobody in any more and ends every call."""
        self.is_draining = True
        await asyncio.gather(*(call.end(reason) for call in self._running), return_exceptions=True)
        await self.wait_until_empty()
        await self.meetings.close()

    async def wait_until_empty(self) -> None:
        """Returns once nobody is in, with everything of the last call gone."""
        await self._all_gone.wait()

    async def _run(self, call_id: str, admission: Admission, line: Line) -> CallEnd:
        earlier = await self._services.store.chunks(admission.meeting.id)
        call = Call(self._context(call_id, admission, earlier), line, is_first=not earlier)
        self._running.add(call)
        try:
            return await call.run()
        finally:
            self._running.discard(call)

    def _context(self, call_id: str, admission: Admission, earlier: list[Chunk]) -> CallContext:
        meeting, agent = admission.meeting, admission.agent
        said: list[tuple[SpeakerType, str]] = [(chunk.speaker_type, chunk.text) for chunk in earlier]
        return CallContext(
            call_id=call_id,
            meeting_id=meeting.id,
            agent=agent,
            state=CallState(),
            conversation=Conversation(meeting.prompt or agent.fields.prompt, said),
            upstream=self._services.upstream.for_call(meeting.id),
            turns=self._services.turns,
        )
