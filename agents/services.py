"""What all calls of one process share: the settings of now, the store, our own state, the way to OpenAI."""

import asyncio
from typing import TypeVar

from loguru import logger

from .after_call.deliveries import Deliveries
from .after_call.jobs import Jobs
from .http_session import HttpSession
from .local_state import LocalState
from .settings.model import Settings
from .sinks import find_sink
from .store.errors import StoreUnavailable
from .store.opening import Store, open_store
from .store.sink import TurnSink
from .terms import Terms, data_folder
from .upstream import OpenAIUpstream

T = TypeVar("T")

OPEN_SECS = 2.0
"""How long a request waits for a database that is slow to open."""


class Services:
    """Opened at start or with the first request; a database that is away is tried again with each.

    The one owner of the terms of now. Who reads `settings` reads them anew for every request; a call
    keeps what it began with.
    """

    def __init__(self, settings: Settings) -> None:
        self.terms = Terms.of(settings)
        self.http = HttpSession()
        self._opening: asyncio.Task[None] | None = None
        self._opening_local = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()
        self._store: Store | None = None
        self._local: LocalState | None = None
        self._turns: TurnSink | None = None
        self._deliveries: Deliveries | None = None

    def adopt(self, terms: Terms) -> None:
        """Calls that begin from now on get these terms.

        A way to OpenAI that is replaced closes its connections once the last call lets go of it.
        """
        self.terms = terms
        if self._deliveries:
            self._deliveries.adopt(terms.settings.after_call, terms.after_call)

    @property
    def settings(self) -> Settings:
        """For calls and requests that begin now."""
        return self.terms.settings

    @property
    def secret(self) -> str:
        """What call tokens are signed with."""
        return self.terms.secret

    @property
    def upstream(self) -> OpenAIUpstream:
        """The way to OpenAI, for calls that begin now."""
        return self.terms.upstream

    @property
    def store(self) -> Store:
        """Meetings and transcripts."""
        return _opened(self._store)

    @property
    def local(self) -> LocalState:
        """Used tokens and live meetings."""
        return _opened(self._local)

    @property
    def turns(self) -> TurnSink:
        """Where finalised turns go, as named in settings."""
        return _opened(self._turns)

    @property
    def deliveries(self) -> Deliveries:
        """Finished meetings on their way to whoever gets them."""
        return _opened(self._deliveries)

    async def open(self) -> None:
        """Opens what isn't open yet; whoever asks meanwhile waits for the same try, and not long.

        Raises:
            StoreUnavailable: a database cannot be used now.
        """
        if self._turns is not None:
            return
        if self._opening is None:
            self._opening = asyncio.create_task(self._open_all())
            self._opening.add_done_callback(self._opened_or_not)
        done, _ = await asyncio.wait({self._opening}, timeout=OPEN_SECS)
        if not done:
            raise StoreUnavailable("the database is still being opened")
        done.pop().result()

    async def open_local(self) -> LocalState:
        """Opens our own state alone, which needs no database.

        Raises:
            StoreUnavailable: its file cannot be used.
        """
        async with self._opening_local:
            if self._local is None:
                url = self.settings.database.url.get_secret_value()
                path = data_folder(url) / "turnwise.state.db"
                self._local = await asyncio.to_thread(LocalState.open, path)
        return self._local

    def _opened_or_not(self, opening: asyncio.Task[None]) -> None:
        self._opening = None
        if not opening.cancelled():
            opening.exception()

    async def close(self) -> None:
        """Writes what is queued and lets go of everything."""
        if self._deliveries:
            await self._deliveries.close()
        if self._store:
            await self._store.close()
        await asyncio.gather(*self._closing)
        if self._local:
            await self._local.close()
        await self.upstream.aclose()
        self._store = self._local = self._turns = self._deliveries = None
        await self.http.aclose()

    async def _open_all(self) -> None:
        local = await self.open_local()
        url = self.settings.database.url.get_secret_value()
        self._store = self._store or await asyncio.to_thread(open_store, url, data_folder(url))
        self._deliveries = self._deliveries or await self._open_deliveries(local, self._store)
        await self._close_abandoned()
        sink = find_sink(self.settings.transcripts, self.settings.folder)
        self._turns = sink() if sink else self._store

    async def _open_deliveries(self, local: LocalState, store: Store) -> Deliveries:
        jobs = Jobs(local)
        await jobs.prepare()
        deliveries = Deliveries(jobs, store)
        deliveries.adopt(self.settings.after_call, self.terms.after_call)
        return deliveries

    async def _close_abandoned(self) -> None:
        """Not waited for any longer than it is worth: a database that is away gets them when it is back."""
        self._closing = {
            asyncio.create_task(self._close_one(meeting_id)) for meeting_id in await self.local.abandoned()
        }
        if self._closing:
            await asyncio.wait(self._closing, timeout=OPEN_SECS / 2)

    async def _close_one(self, meeting_id: str) -> None:
        logger.info("closing meeting {}, which a dead process left active", meeting_id)
        try:
            await self.store.finish(meeting_id)
            await self.deliveries.meeting_over(meeting_id, "abandoned")
        except StoreUnavailable:
            logger.warning("meeting {} is still to be closed, by the next start", meeting_id)


def _opened(part: T | None) -> T:
    if part is None:
        raise StoreUnavailable("the database is not open")
    return part
