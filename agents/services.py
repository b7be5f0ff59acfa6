"""What all calls of one process share: the store, our own state, the secret, the way to OpenAI."""

import asyncio
from pathlib import Path
from typing import TypeVar

from loguru import logger

from .local_state import LocalState
from .secret import load_or_make_secret
from .settings.model import Settings
from .sinks import find_sink
from .store.errors import StoreUnavailable
from .store.opening import Store, open_store
from .store.sink import TurnSink
from .upstream import OpenAIUpstream

T = TypeVar("T")

OPEN_SECS = 2.0
"""How long a request waits for a database that is slow to open."""

_SQLITE = "sqlite:///"


def data_folder(database_url: str) -> Path:
    """Where our own files are: beside an SQLite database, else in the current folder."""
    if database_url.startswith(_SQLITE):
        return Path(database_url.removeprefix(_SQLITE)).resolve().parent
    return Path.cwd()


def call_secret(settings: Settings) -> str:
    """What call tokens are signed with: the one that is set, else one made once and kept.

    Raises:
        ValueError: the kept one cannot be used.
    """
    if settings.auth.secret:
        return settings.auth.secret.get_secret_value()
    return load_or_make_secret(data_folder(settings.database.url.get_secret_value()) / "turnwise.secret")


class Services:
    """Opened at start or with the first request; a database that is away is tried again with each."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.secret = call_secret(settings)
        self.upstream = OpenAIUpstream(settings.openai)
        self._opening: asyncio.Task[None] | None = None
        self._opening_local = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()
        self._store: Store | None = None
        self._local: LocalState | None = None
        self._turns: TurnSink | None = None

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
        if self._store:
            await self._store.close()
        await asyncio.gather(*self._closing)
        if self._local:
            await self._local.close()
        await self.upstream.aclose()
        self._store = self._local = self._turns = None

    async def _open_all(self) -> None:
        await self.open_local()
        url = self.settings.database.url.get_secret_value()
        self._store = self._store or await asyncio.to_thread(open_store, url, data_folder(url))
        await self._close_abandoned()
        sink = find_sink(self.settings.transcripts, self.settings.folder)
        self._turns = sink() if sink else self._store

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
            await self.local.call_over(meeting_id)
        except StoreUnavailable:
            logger.warning("meeting {} is still to be closed, by the next start", meeting_id)


def _opened(part: T | None) -> T:
    if part is None:
        raise StoreUnavailable("the database is not open")
    return part
