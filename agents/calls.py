"""The calls of one process: who may come in, who is in, and how all of them are ended."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from secrets import token_hex

from loguru import logger

from .admission import Admission, Door
from .call import Call, CallEnd
from .call_context import CallContext
from .component_error import ComponentError
from .conversation import Conversation
from .line import Line
from .meetings import Meetings, Party, Stay
from .refusal import Refusal
from .services import Services
from .settings.model import ServerSettings
from .state import CallState
from .wire import EndReason, SpeakerType

END_SECS = 10.0
"""How long the end of the server waits for its calls to be gone."""


class Calls:
    """Holds the calls and their places."""

    def __init__(self, services: Services, door: Door) -> None:
        self._services = services
        self._door = door
        self._places: Counter[str] = Counter()
        self._running: set[Call] = set()
        self._all_gone = asyncio.Event()
        self._all_gone.set()
        self.meetings = Meetings(services)
        self.on_over: Callable[[], None] = lambda: None
        """Called whenever a place is free again."""
        self.is_draining = False
        self.total = 0

    @property
    def active(self) -> int:
        """How many places are taken."""
        return self._places.total()

    @property
    def _limits(self) -> ServerSettings:
        return self._services.settings.server

    def check_room(self) -> None:
        """Whether any call would be taken now.

        Raises:
            Refusal: 503 while draining or full.
        """
        if self.is_draining:
            raise Refusal("draining", "The server is about to stop; call again in a moment.")
        if self.active >= self._limits.max_calls:
            raise Refusal("too_many_calls", "All lines are taken; call again in a moment.")

    def check_place(self, user: str) -> None:
        """Whether a call of this user would be taken now.

        Raises:
            Refusal: 429 for the user's own cap; 503 while draining or full.
        """
        cap = self._limits.max_calls_per_user
        if cap and self._places[user] >= cap:
            raise Refusal("too_many_calls_of_user", f"You have {cap} calls already; end one first.")
        self.check_room()

    async def hold(self, admission: Admission, line: Line, *, reaches_upstream: bool = False) -> None:
        """Lets a caller in and runs the call, from its first word to the end of its meeting.

        Everything that may go wrong before the line is open goes wrong before it, and leaves the
        token as it was. With `reaches_upstream` that is so of the way to a model, too, where the
        agent's stages can go it in advance.

        Raises:
            Refusal: there is no place, somebody else used the token, the call cannot be built, or the
                model cannot be reached.
            StoreUnavailable: the database is away.
        """
        meeting = admission.meeting
        call_id = token_hex(4)
        with self._place(admission.claims.user), logger.contextualize(call=call_id):
            async with self._door.token(admission) as token, self._stay(admission) as stay:
                call = await self._build(call_id, admission, line)
                await self._open(call, line, reaches_upstream)
                token.is_spent = True
                logger.info("call of agent {} in meeting {}", admission.agent.name, meeting.id)
                stay.may_rejoin = await self._run(call) is CallEnd.LOST
                stay.ended_by = call.ended_by

    async def end_all(self, reason: EndReason) -> None:
        """Lets nobody in any more and ends every call."""
        self.is_draining = True
        await asyncio.gather(*(call.end(reason) for call in self._running), return_exceptions=True)
        await self.wait_until_empty(END_SECS)
        await self.meetings.close()

    async def wait_until_empty(self, secs: float) -> bool:
        """Returns once nobody is in, with everything of the last call gone; False if that takes longer."""
        try:
            await asyncio.wait_for(self._all_gone.wait(), secs)
        except TimeoutError:
            return False
        return True

    def _stay(self, admission: Admission) -> AbstractAsyncContextManager[Stay]:
        party = Party(admission.agent.name, admission.claims.user)
        return self.meetings.joined(admission.meeting.id, party)

    @contextmanager
    def _place(self, user: str) -> Iterator[None]:
        self.check_place(user)
        self._places[user] += 1
        self._all_gone.clear()
        try:
            yield
        finally:
            self._places[user] -= 1
            self._places += Counter()
            self.on_over()
            if not self.active:
                self._all_gone.set()

    async def _build(self, call_id: str, admission: Admission, line: Line) -> Call:
        earlier = await self._services.store.chunks(admission.meeting.id)
        said: list[tuple[SpeakerType, str]] = [(chunk.speaker_type, chunk.text) for chunk in earlier]
        try:
            return Call(self._context(call_id, admission, said), line, is_first=not earlier)
        except ComponentError as error:
            logger.error("the call cannot be built: {}", error.wrong)
            raise Refusal("internal_error", "The agent cannot be built; the server's log says why.") from None

    async def _open(self, call: Call, line: Line, reaches_upstream: bool) -> None:
        try:
            if reaches_upstream:
                await call.reach_upstream()
            await line.open()
        except BaseException:
            await call.abandon()
            raise

    async def _run(self, call: Call) -> CallEnd:
        self.total += 1
        self._running.add(call)
        end = CallEnd.LOST
        try:
            if self.is_draining:
                await call.end(EndReason.DRAINED)
            end = await call.run()
        finally:
            self._running.discard(call)
            logger.info("call over: {}", end.value)
        return end

    def _context(
        self, call_id: str, admission: Admission, said: list[tuple[SpeakerType, str]]
    ) -> CallContext:
        meeting, agent = admission.meeting, admission.agent
        return CallContext(
            call_id=call_id,
            meeting_id=meeting.id,
            agent=agent,
            state=CallState(barge_in=agent.fields.barge_in),
            conversation=Conversation(meeting.prompt or agent.fields.prompt, said),
            upstream=self._services.upstream.for_call(meeting.id),
            turns=self._services.turns,
            http=self._services.http,
        )
