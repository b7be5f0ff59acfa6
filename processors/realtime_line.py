"""The way to a realtime model, kept for a call: opened, opened again when it is lost, closed."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from loguru import logger

from ..agents.faults import describe
from ..agents.realtime.connection import Event
from ..agents.realtime.errors import SessionExpired
from ..agents.realtime.events import TRANSCRIPTION
from .backoff import BACKOFF_SECS
from .realtime_outbox import RealtimeOutbox
from .realtime_session import RealtimeSession
from .until_one_ends import until_one_ends

RENEW_SECS = 55 * 60.0
"""A session's age from which it is renewed where nobody notices; OpenAI ends it after an hour."""

LINGER_SECS = 3.0
"""How long a session that is given up may still tell what the user said in it."""

LAST_WORDS_SECS = 1.0
"""How long it may once the call is over: who hangs up while the model thinks has said something, too."""

OnEvent = Callable[[RealtimeSession, Event], Awaitable[None]]
OnLost = Callable[[BaseException, bool], Awaitable[None]]


class RealtimeLine:
    """One session at a time; what it says goes to `on_event`.

    Whatever ends it, another one is opened, and gets the conversation so far once it is the user's
    turn. `on_lost` is told why, and whether a session was lost or could not be opened.
    """

    def __init__(
        self,
        open_session: Callable[[], Awaitable[RealtimeSession]],
        so_far: Callable[[], list[Event]],
        on_event: OnEvent,
        on_lost: OnLost,
    ) -> None:
        self._open_session = open_session
        self._so_far = so_far
        self._on_event = on_event
        self._on_lost = on_lost
        self.outbox = RealtimeOutbox()
        self.users_turn = asyncio.Event()
        """Set while the user has the turn: only then a fresh session takes over."""
        self.is_idle: Callable[[], bool] = lambda: False
        """Whether nobody would notice if the session were renewed now."""
        self.session: RealtimeSession | None = None
        self._opened: RealtimeSession | None = None
        self._over: asyncio.Future[BaseException] | None = None
        self._wake = asyncio.Event()
        self._tries = 0
        self._lingering: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Opens the first session before anybody needs it.

        Raises:
            Exception: why there is none, fit for `describe`.
        """
        self._opened = await self._open_session()

    async def close(self) -> None:
        """Closes a session that was opened in advance and is not needed."""
        opened, self._opened = self._opened, None
        if opened:
            await opened.close()

    def say(self, event: Event, session: RealtimeSession | None = None) -> None:
        """Says something to the model; where a session is named, to no other."""
        if session is None or session is self.session:
            self.outbox.put(event)

    def give_up(self, why: BaseException) -> None:
        """The session is of no more use."""
        if self._over and not self._over.done():
            self._over.set_result(why)

    def works(self) -> None:
        """It does what it should: what fails next is another fault."""
        self._tries = 0

    def wake(self) -> None:
        """Somebody speaks: the next try to open a session is due."""
        self._wake.set()

    async def run(self) -> None:
        """Keeps a session until it is cancelled."""
        try:
            while True:
                await self._once()
                await self._rest()
        finally:
            await self.close()
            await self._leave_all()

    async def _once(self) -> None:
        session, self._opened = self._opened, None
        try:
            session = session or await self._open_session()
        except Exception as error:
            self._tries += 1
            logger.warning("no session with the realtime model: {}", describe("realtime", error).code)
            await self._on_lost(error, False)
            return
        try:
            why = await self._use(session)
        finally:
            self.session = None
            self._lingering.add(task := asyncio.create_task(self._linger(session)))
            task.add_done_callback(self._lingering.discard)
        if not isinstance(why, _Renewal):
            self._tries += 1
            logger.debug("the session with the realtime model is over: {}", describe("realtime", why).code)
            await self._on_lost(why, True)

    async def _use(self, session: RealtimeSession) -> BaseException:
        """Uses a session until it is over; returns why."""
        over = self._over = asyncio.get_running_loop().create_future()
        try:
            await until_one_ends(self._talk(session), self._renew(), _raised(over))
        except Exception as error:
            return error
        return _Renewal()

    async def _talk(self, session: RealtimeSession) -> None:
        await self.users_turn.wait()
        for item in self._so_far():
            await session.send(item)
        self.session = session
        await until_one_ends(self._send(session), self._read(session))

    async def _send(self, session: RealtimeSession) -> None:
        while True:
            what = await self.outbox.take()
            if isinstance(what, bytes):
                await session.append(what)
                self.outbox.sent(what)
            else:
                await session.send(what)

    async def _read(self, session: RealtimeSession) -> None:
        while True:
            await self._on_event(session, await session.receive())

    async def _renew(self) -> None:
        await asyncio.sleep(RENEW_SECS)
        while not self.is_idle():
            await asyncio.sleep(1.0)

    async def _linger(self, session: RealtimeSession) -> None:
        """Waits for what the user said, if the session can still tell."""
        try:
            async with asyncio.timeout(LINGER_SECS):
                while not all(utterance.is_known for utterance in session.said.values()):
                    await self._hear_out(session)
        except Exception as error:
            logger.debug("a session was left: {}", type(error).__name__)
        finally:
            await session.close()

    async def _hear_out(self, session: RealtimeSession) -> None:
        """Hears of what the user said; that the session has expired is no news, and not yet its end."""
        with suppress(SessionExpired):
            event = await session.receive()
            if event["type"].startswith(TRANSCRIPTION):
                await self._on_event(session, event)

    async def _leave_all(self) -> None:
        """Leaves no session behind, and as little as can be of what was said in them."""
        left = set(self._lingering)
        try:
            if left:
                await asyncio.wait(left, timeout=LAST_WORDS_SECS)
        finally:
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _rest(self) -> None:
        """Waits until the next try is due; the first after a session that worked is due at once."""
        if self._tries <= 0:
            return
        self._wake.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), BACKOFF_SECS[min(self._tries, len(BACKOFF_SECS)) - 1])


class _Renewal(SessionExpired):
    """The session was given up because of its age, and nobody noticed."""


async def _raised(why: asyncio.Future[BaseException]) -> None:
    raise await why
