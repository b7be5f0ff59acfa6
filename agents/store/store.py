"""Meetings and transcripts in a file of our own, for callers on an event loop."""

import asyncio
from functools import partial
from uuid import uuid4

from sqlalchemy import Engine

from . import rows
from .engine import open_engine
from .errors import StoreUnavailable
from .readers import Readers
from .rows import Meeting
from .sink import Chunk, Turn
from .writer import Writer

_CLOSE_WAIT_SECS = 10.0


class SqlStore:
    """Meetings and transcripts in SQLite, where both are ours. Nothing here ever holds up the event loop.

    Reads fail at once when the database is away; what a call has to say about itself waits instead,
    in order, until it can be written.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = Writer(engine)
        self._readers = Readers(engine)

    @classmethod
    def open(cls, url: str) -> "SqlStore":
        """Open the database, on SQLite with its tables made; may take seconds while another program locks it.

        Raises:
            StoreUnavailable: the file or its driver cannot be used.
        """
        return cls(open_engine(url))

    async def close(self) -> None:
        """Write what is queued, then let go of the database."""
        await asyncio.to_thread(self._writer.close, _CLOSE_WAIT_SECS)
        await asyncio.to_thread(self._readers.close)
        self._engine.dispose()

    creates_meetings = True
    """Whether meetings are ours to make."""

    async def ping(self) -> None:
        """Return if the database can be read and takes what it is given.

        Raises:
            StoreUnavailable: it does not; what is saved meanwhile waits.
        """
        if self._writer.trouble is not None:
            raise StoreUnavailable("the database cannot be written at the moment")
        await self._readers.ask(rows.look)

    async def meeting(self, meeting_id: str) -> Meeting | None:
        """The meeting of this id, which may be any string."""
        return await self._readers.ask(partial(rows.read_meeting, meeting_id=meeting_id))

    async def create_meeting(self, name: str, prompt: str | None) -> Meeting:
        """A new meeting of the local user; only where `creates_meetings`.

        Raises:
            RowRefused: a text that no database takes.
        """
        meeting = Meeting(str(uuid4()), "local", "default", prompt, "upcoming", name)
        await self._readers.ask(partial(rows.insert_meeting, meeting=meeting), writes=True)
        return meeting

    async def chunks(self, meeting_id: str) -> list[Chunk]:
        """The transcript in order."""
        return await self._readers.ask(partial(rows.read_chunks, meeting_id=meeting_id))

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
