"""Meetings and transcripts in a PostgreSQL that others run, with a file of our own in front."""

import asyncio
from functools import partial
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, Engine

from . import outbox, rows
from .delivery import Delivery
from .engine import open_engine
from .errors import RowRefused, StoreUnavailable
from .outbox import Backlog, Copy
from .readers import Readers
from .rows import Meeting
from .sink import Chunk, Turn
from .writer import Writer

ASK_SECS = 5.0
"""How long anybody waits for an answer of the database."""
CLOSE_WAIT_SECS = 5.0
_ADOPT_PAUSE_SECS = 0.5


class PostgresStore:
    """The deployment's meetings and transcripts, used as they stand: no DDL, only the columns we name.

    What is said is safe in the outbox before anybody is told so, and is brought to the database
    behind the calls' backs. While the database is away, meetings that are going on here go on.
    """

    creates_meetings = False
    """Meetings are made by the program that owns the database."""

    def __init__(self, there: Engine, here: Engine) -> None:
        self._engines = there, here
        self._there = Readers(there, ASK_SECS)
        self._here = Readers(here)
        self._writer = Writer(here)
        self._delivery = Delivery(here, there, self._writer)
        self._adopting = asyncio.Lock()

    @classmethod
    def open(cls, url: str, folder: Path) -> "PostgresStore":
        """Open the outbox in `folder`; the database is asked later, and may be away.

        Raises:
            StoreUnavailable: the address, the driver or the outbox's file cannot be used.
        """
        return cls(open_engine(url), outbox.open_outbox(folder))

    async def close(self) -> None:
        """Bring what there is to the database, and leave the rest in the outbox for the next start."""
        await asyncio.to_thread(self._delivery.close, CLOSE_WAIT_SECS)
        await asyncio.to_thread(self._writer.close, CLOSE_WAIT_SECS)
        for part in (self._there, self._here):
            await asyncio.to_thread(part.close)
        for engine in self._engines:
            engine.dispose()

    async def ping(self) -> None:
        """Return if both tables can be read and take what they are given.

        Raises:
            StoreUnavailable: they do not; what is saved meanwhile waits in the outbox.
        """
        if trouble := self._writer.trouble or self._delivery.trouble:
            raise StoreUnavailable(f"the database cannot be written at the moment ({trouble})")
        await self._there.ask(rows.look)

    async def backlog(self) -> Backlog:
        """What the database does not have yet, of all processes that share the outbox."""
        return await self._here.ask(outbox.backlog)

    async def meeting(self, meeting_id: str) -> Meeting | None:
        """The meeting of this id, which may be any string."""
        try:
            return await self._there.ask(partial(rows.read_meeting, meeting_id=meeting_id))
        except StoreUnavailable as away:
            return (await self._copy_unless(away, meeting_id)).meeting

    async def create_meeting(self, name: str, prompt: str | None) -> Meeting:
        """Not here.

        Raises:
            RowRefused: always.
        """
        raise RowRefused("meetings are made by the program that owns the database")

    async def chunks(self, meeting_id: str) -> list[Chunk]:
        """The transcript in order, with what only the outbox has."""
        # The outbox first: what leaves it meanwhile is in the database by then.
        copy = await self._here.ask(partial(outbox.read_copy, meeting_id=meeting_id))
        try:
            there = await self._there.ask(partial(rows.read_chunks, meeting_id=meeting_id))
        except StoreUnavailable:
            if copy is None:
                raise
            return copy.chunks
        return _merged(there, copy)

    async def begin(self, meeting_id: str) -> bool:
        """A call of this meeting is connected; False if the meeting is over."""
        # Not given up half way: what the database has begun must be known here.
        return await asyncio.shield(asyncio.create_task(self._begin(meeting_id)))

    async def finish(self, meeting_id: str, error: str | None = None) -> None:
        """Return once the database has all of the meeting and its end; doing it twice changes nothing.

        Raises:
            StoreUnavailable: the store was closed before; the next start brings it.
        """
        note = self._writer.submit(
            f"the end of meeting {meeting_id}", partial(outbox.end, meeting_id=meeting_id, error=error)
        )
        if await asyncio.wrap_future(note):
            await asyncio.wrap_future(self._delivery.of(meeting_id))
        else:
            await self._there.ask(partial(rows.finish_meeting, meeting_id=meeting_id, error=error))

    async def save(self, turn: Turn) -> Chunk:
        """Return once the turn is in the outbox. Cancelling the caller does not take it back.

        Raises:
            RowRefused: no database will ever take it, or there is no such meeting.
            StoreUnavailable: the store was closed before.
        """
        chunk_id = str(uuid4())
        chunk = await self._add(chunk_id, turn)
        if chunk is None:
            async with self._adopting:
                while chunk is None:
                    await self._adopt(turn.meeting_id)
                    chunk = await self._add(chunk_id, turn)
        self._delivery.wake()
        return chunk

    async def _add(self, chunk_id: str, turn: Turn) -> Chunk | None:
        run = partial(outbox.add_turn, chunk_id=chunk_id, turn=turn)
        name = f"chunk {chunk_id} of meeting {turn.meeting_id}"
        return await asyncio.wrap_future(self._writer.submit(name, run))

    async def _adopt(self, meeting_id: str) -> None:
        """A meeting that no call has begun here, or that has left the outbox, so that numbers go on."""
        try:
            meeting, chunks = await self._there.ask(partial(_read_all, meeting_id=meeting_id))
        except StoreUnavailable:
            return await asyncio.sleep(_ADOPT_PAUSE_SECS)
        if meeting is None:
            raise RowRefused("its meeting does not exist")
        adopt = partial(outbox.adopt, meeting=meeting, chunks=chunks)
        await asyncio.wrap_future(self._writer.submit(f"a copy of meeting {meeting_id}", adopt))

    async def _begin(self, meeting_id: str) -> bool:
        try:
            meeting, chunks = await self._there.ask(partial(_begin_there, meeting_id=meeting_id))
        except StoreUnavailable as away:
            copy = await self._copy_unless(away, meeting_id)
            meeting, chunks = copy.meeting, copy.chunks
        if meeting is None:
            return False
        # Behind an end of the meeting that is still being written here.
        run = partial(outbox.begin, meeting=meeting, chunks=chunks)
        return await asyncio.wrap_future(self._writer.submit(f"the start of meeting {meeting_id}", run))

    async def _copy_unless(self, away: StoreUnavailable, meeting_id: str) -> Copy:
        """What is known of a meeting while the database is away; that it is, if nothing is."""
        copy = await self._here.ask(partial(outbox.read_copy, meeting_id=meeting_id))
        if copy is None:
            raise away
        return copy


def _begin_there(connection: Connection, meeting_id: str) -> tuple[Meeting | None, list[Chunk]]:
    """The meeting and what was said in it so far; None if it is over or not there."""
    if rows.read_meeting(connection, meeting_id) is None or not rows.begin_meeting(connection, meeting_id):
        return None, []
    return _read_all(connection, meeting_id)


def _read_all(connection: Connection, meeting_id: str) -> tuple[Meeting | None, list[Chunk]]:
    meeting = rows.read_meeting(connection, meeting_id)
    return meeting, rows.read_chunks(connection, meeting_id) if meeting else []


def _merged(there: list[Chunk], copy: Copy | None) -> list[Chunk]:
    if copy is None:
        return there
    known = {chunk.id for chunk in there}
    only_here = [chunk for chunk in copy.chunks if chunk.id in copy.waiting and chunk.id not in known]
    return sorted([*there, *only_here], key=lambda chunk: chunk.sequence_number)
