"""Meetings and transcripts in a database, for callers on an event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlmodel import col

from . import rows
from .engine import WRITES, is_embedded, open_engine
from .errors import RowRefused, StoreUnavailable
from .rows import Meeting
from .sink import Chunk, Turn
from .tables import MeetingRow
from .writer import Writer

T = TypeVar("T")

_READERS = 4
_CLOSE_WAIT_SECS = 10.0


class SqlStore:
    """The deployment's meetings and transcripts. Nothing here ever holds up the event loop.

    Reads fail at once when the database is away; what a call has to say about itself waits instead,
    in order, until it can be written.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = Writer(engine)
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="store-reader")

    @classmethod
    def open(cls, url: str) -> "SqlStore":
        """Open the database, on SQLite with its tables made; may take seconds while another program locks it.

        Raises:
            StoreUnavailable: the file or its driver cannot be used.
        """
        return cls(open_engine(url))

    async def close(self) -> None:
        """Write what is queued, then let go of the database."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._readers, self._shut)
        self._readers.shutdown(wait=False)

    @property
    def creates_meetings(self) -> bool:
        """Whether meetings are ours to make; in a deployment's own database they are not."""
        return is_embedded(self._engine)

    async def ping(self) -> None:
        """Return if the database can be read and takes what it is given.

        Raises:
            StoreUnavailable: it does not; what is saved meanwhile waits.
        """
        if self._writer.trouble is not None:
            raise StoreUnavailable("the database cannot be written at the moment")
        await self._ask(lambda connection: connection.execute(select(col(MeetingRow.id)).limit(1)).first())

    async def meeting(self, meeting_id: str) -> Meeting | None:
        """The meeting of this id, which may be any string."""
        return await self._ask(partial(rows.read_meeting, meeting_id=meeting_id))

    async def create_meeting(self, name: str, prompt: str | None) -> Meeting:
        """A new meeting of the local user; only where `creates_meetings`.

        Raises:
            RowRefused: a text that no database takes.
        """
        meeting = Meeting(str(uuid4()), "local", "default", prompt, "upcoming", name)
        await self._ask(partial(rows.insert_meeting, meeting=meeting), writes=True)
        return meeting

    async def chunks(self, meeting_id: str) -> list[Chunk]:
        """The transcript in order."""
        return await self._ask(partial(rows.read_chunks, meeting_id=meeting_id))

    async def begin(self, meeting_id: str) -> bool:
        """A call of this meeting is connected; False if the meeting is over."""
        run = partial(rows.begin_meeting, meeting_id=meeting_id)
        return await asyncio.wrap_future(self._writer.submit(f"the start of meeting {meeting_id}", run))

    async def finish(self, meeting_id: str, error: str | None = None) -> None:
        """The meeting is over, after everything that was saved before; doing it twice changes nothing."""
        run = partial(rows.finish_meeting, meeting_id=meeting_id, error=error)
        await asyncio.wrap_future(self._writer.submit(f"the end of meeting {meeting_id}", run))

    async def save(self, turn: Turn) -> Chunk:
        """Return once the turn is on disk. Cancelling the caller does not take it back.

        Raises:
            RowRefused: the database will never take it.
            StoreUnavailable: the store was closed before the database took it.
        """
        # The id is made before the first try: a try that is repeated finds its own row.
        chunk_id = str(uuid4())
        run = partial(rows.insert_turn, chunk_id=chunk_id, turn=turn)
        name = f"chunk {chunk_id} of meeting {turn.meeting_id}"
        return await asyncio.wrap_future(self._writer.submit(name, run))

    async def _ask(self, query: Callable[[Connection], T], *, writes: bool = False) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._run, query, writes)

    def _shut(self) -> None:
        self._writer.close(_CLOSE_WAIT_SECS)
        self._engine.dispose()

    def _run(self, query: Callable[[Connection], T], writes: bool) -> T:
        engine = self._engine.execution_options(**WRITES) if writes else self._engine
        try:
            with engine.begin() as connection:
                return query(connection)
        except UnicodeEncodeError:
            raise RowRefused("the text holds half a character; send valid Unicode") from None
        except (DBAPIError, TimeoutError) as error:
            raise StoreUnavailable(f"the database does not answer ({type(error).__name__})") from error
