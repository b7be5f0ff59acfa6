"""Brings what is in the outbox to the database, in order, and goes on until the database has it."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from threading import Event, Lock, Thread
from typing import Any, TypeVar

from loguru import logger
from sqlalchemy import Connection, Engine

from . import outbox, rows
from .errors import StoreUnavailable
from .outbox import Parcel
from .postgres import ANSWER_SECS, CONNECT_SECS
from .reasons import concerns_all, is_refused, reason
from .writer import Writer

T = TypeVar("T")

_IDLE_SECS = 1.0
"""How often an idle process looks for what a dead one left; what it saves itself goes at once."""
_FIRST_PAUSE_SECS = 0.05
_LONGEST_PAUSE_SECS = 1.0
_LAST_TRY_SECS = CONNECT_SECS + ANSWER_SECS


class Delivery:
    """A thread that carries parcels from the outbox to the database, meeting by meeting.

    Each parcel is one transaction that may be repeated without harm, so several processes may carry
    the same one. A meeting that is stuck does not hold up another.
    """

    def __init__(self, here: Engine, there: Engine, writer: Writer) -> None:
        self._here = here
        self._there = there
        self._writer = writer
        self._wake = Event()
        self._closing_at: float | None = None
        self._lock = Lock()
        self._waits: list[tuple[str, Future[None]]] = []
        self._stuck: set[str] = set()
        self.trouble: str | None = None
        """Why something cannot be brought at the moment."""
        # A daemon, so that a program which forgets to close can still end.
        self._thread = Thread(target=self._work, name="store-delivery", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is something to bring."""
        self._wake.set()

    def of(self, meeting_id: str) -> "Future[None]":
        """Done once the database has all of the meeting that is in the outbox now."""
        wait: Future[None] = Future()
        wait.set_running_or_notify_cancel()
        with self._lock:
            self._waits.append((meeting_id, wait))
        self.wake()
        return wait

    def close(self, wait_secs: float) -> None:
        """Bring what there is; what the database has not taken after `wait_secs` stays for the next start."""
        self._closing_at = time.monotonic() + wait_secs
        self.wake()
        self._thread.join(wait_secs + _LAST_TRY_SECS)
        for _, wait in self._waits:
            wait.set_exception(StoreUnavailable("what is left waits in the outbox for the next start"))
        self._waits.clear()

    def _work(self) -> None:
        pause_secs = _FIRST_PAUSE_SECS
        while True:
            self._wake.clear()
            is_done = self._round()
            if self._closing_at is not None and (is_done or time.monotonic() > self._closing_at):
                return
            if is_done:
                pause_secs = _FIRST_PAUSE_SECS
                self._wake.wait(_IDLE_SECS)
            else:
                # Not ended early by what is saved meanwhile: the database would be asked for each.
                time.sleep(pause_secs)
                pause_secs = min(2 * pause_secs, _LONGEST_PAUSE_SECS)

    def _round(self) -> bool:
        """Each due meeting once; False if something could not be brought."""
        try:
            is_done = self._bring_all(self._read(outbox.due_meetings))
            self._answer(set(self._read(outbox.due_meetings)))
        except Exception as error:
            self._in_trouble(error)
            return False
        self._out_of_trouble()
        return is_done

    def _bring_all(self, due: list[str]) -> bool:
        stuck: set[str] = set()
        for meeting_id in due:
            try:
                self._bring(meeting_id)
            except Exception as error:
                if concerns_all(error):
                    raise
                stuck.add(meeting_id)
                if meeting_id not in self._stuck:
                    logger.warning(f"meeting {meeting_id} cannot be written ({reason(error)}); trying again")
        self._stuck = stuck
        return not stuck

    def _answer(self, due: set[str]) -> None:
        with self._lock:
            done = [wait for meeting_id, wait in self._waits if meeting_id not in due]
            self._waits = [each for each in self._waits if each[0] in due]
        for wait in done:
            wait.set_result(None)

    def _bring(self, meeting_id: str) -> None:
        while True:
            parcel = self._read(partial(outbox.pack, meeting_id=meeting_id))
            try:
                self._put(parcel)
            except Exception as error:
                if not is_refused(error):
                    raise
                self._put_apart(parcel)
            if len(parcel.chunks) < outbox.BATCH:
                return

    def _put(self, parcel: Parcel) -> None:
        with self._there.begin() as connection:
            rows.insert_chunks(connection, parcel.chunks)
            if parcel.is_over:
                rows.finish_meeting(connection, parcel.meeting_id, parcel.error, parcel.ended_at)
        self._note(partial(outbox.delivered, parcel=parcel))

    def _put_apart(self, parcel: Parcel) -> None:
        """Something in the parcel was refused: bring each piece alone, so that the others arrive."""
        for chunk in parcel.chunks:
            try:
                self._put(Parcel(parcel.meeting_id, [chunk], is_over=False))
            except Exception as error:
                if not is_refused(error):
                    raise
                self._set_aside(chunk, reason(error))
        if parcel.is_over:
            self._put_end(replace(parcel, chunks=[]))

    def _put_end(self, end: Parcel) -> None:
        try:
            self._put(end)
        except Exception as error:
            if not is_refused(error):
                raise
            logger.error(f"the end of meeting {end.meeting_id} was refused by the database: {reason(error)}")
            self._note(partial(outbox.delivered, parcel=end))

    def _set_aside(self, chunk: dict[str, Any], why: str) -> None:
        name = f"chunk {chunk['id']} of meeting {chunk['meeting_id']}"
        logger.error(f"{name} was refused by the database for good and is set aside in the outbox: {why}")
        self._note(partial(outbox.set_aside, chunk=chunk, reason=why))

    def _read(self, query: Callable[[Connection], T]) -> T:
        with self._here.begin() as connection:
            return query(connection)

    def _note(self, change: Callable[[Connection], None]) -> None:
        self._writer.submit("a delivery", change).result()

    def _in_trouble(self, error: Exception) -> None:
        if self.trouble is None:
            self.trouble = reason(error)
            logger.warning(f"the database cannot be written ({self.trouble}); the outbox keeps what is said")

    def _out_of_trouble(self) -> None:
        if self.trouble is not None:
            self.trouble = None
            logger.info("the database can be written again")
