"""The one writer of a process: a thread that puts whatever is queued into one transaction."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from loguru import logger
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, TimeoutError

from .engine import WRITES
from .errors import RowRefused, StoreUnavailable

T = TypeVar("T")

BATCH = 200
"""Pieces of work in one transaction at most, so that a backlog does not keep the database locked."""

_FIRST_PAUSE_SECS = 0.05
_LONGEST_PAUSE_SECS = 1.0


@dataclass(frozen=True)
class _Work:
    name: str
    run: Callable[[Connection], Any]
    done: Future[Any] = field(default_factory=Future)


class Writer:
    """Does pieces of work once each, in the order in which they were submitted, and says when it is durable.

    One writer cannot be locked out by its own siblings, and one commit serves everybody who waits.
    While the database is away, work waits and is tried again; what it refuses for good is set aside.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(**WRITES)
        self._queue: SimpleQueue[_Work | None] = SimpleQueue()
        self._closed = False
        self._give_up_at: float | None = None
        self.trouble: str | None = None
        """Why nothing can be written at the moment."""
        # A daemon, so that a program which forgets to close can still end.
        self._thread = Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, name: str, run: Callable[[Connection], T]) -> Future[T]:
        """Queue `run`; it may be called several times, each time in a new transaction.

        `name` is for the log. The future is done once the transaction is on disk; nobody can cancel it.

        Raises:
            StoreUnavailable: the writer is closed.
        """
        if self._closed:
            raise StoreUnavailable("the store is closed; nothing can be saved any more")
        work = _Work(name, run)
        work.done.set_running_or_notify_cancel()
        self._queue.put(work)
        return work.done

    def close(self, wait_secs: float) -> None:
        """Write what is queued; what the database has not taken after `wait_secs` fails."""
        if not self._closed:
            self._closed = True
            self._give_up_at = time.monotonic() + wait_secs
            self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while batch := self._next_batch():
            self._write(batch)

    def _next_batch(self) -> list[_Work]:
        """Whatever is queued, at least one; nothing once the end is reached."""
        batch: list[_Work] = []
        while len(batch) < BATCH and (not batch or not self._queue.empty()):
            work = self._queue.get()
            if work is None:
                if batch:
                    self._queue.put(None)
                break
            batch.append(work)
        return batch

    def _write(self, batch: list[_Work]) -> None:
        pause_secs = _FIRST_PAUSE_SECS
        while True:
            try:
                results = self._transact(batch)
            except Exception as error:
                if not _passes(error):
                    return self._set_aside(batch, error)
                if self._has_given_up():
                    return _fail(
                        batch, StoreUnavailable("the store was closed before the database came back")
                    )
                self._in_trouble(error)
                time.sleep(pause_secs)
                pause_secs = min(2 * pause_secs, _LONGEST_PAUSE_SECS)
            else:
                self._out_of_trouble()
                return _succeed(batch, results)

    def _transact(self, batch: list[_Work]) -> list[Any]:
        with self._engine.begin() as connection:
            return [work.run(connection) for work in batch]

    def _set_aside(self, batch: list[_Work], error: Exception) -> None:
        """One of the batch was refused: write each alone, so that it does not hold up the others."""
        if len(batch) > 1:
            for work in batch:
                self._write([work])
            return
        # The database's own words may quote the row, so only the kind of error is told.
        why = str(error) if isinstance(error, RowRefused) else type(error).__name__
        logger.error(f"{batch[0].name} was refused by the database for good and is set aside: {why}")
        _fail(batch, RowRefused(f"{batch[0].name} cannot be saved: {why}"))

    def _has_given_up(self) -> bool:
        return self._give_up_at is not None and time.monotonic() > self._give_up_at

    def _in_trouble(self, error: Exception) -> None:
        if self.trouble is None:
            self.trouble = type(error).__name__
            logger.warning(f"the database cannot be written ({self.trouble}); trying again until it can")

    def _out_of_trouble(self) -> None:
        if self.trouble is not None:
            self.trouble = None
            logger.info("the database can be written again")


def _passes(error: Exception) -> bool:
    """Whether the same work may succeed later: the database's fault and not the row's."""
    return isinstance(error, DBAPIError | TimeoutError) and not isinstance(error, IntegrityError | DataError)


def _succeed(batch: list[_Work], results: list[Any]) -> None:
    for work, result in zip(batch, results, strict=True):
        work.done.set_result(result)


def _fail(batch: list[_Work], error: Exception) -> None:
    for work in batch:
        work.done.set_exception(error)
