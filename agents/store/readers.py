"""Questions to a database from an event loop, answered by a few threads."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine, exc

from .engine import WRITES
from .errors import RowRefused, StoreUnavailable
from .reasons import reason

T = TypeVar("T")

_READERS = 4


class Readers:
    """Asks at once and fails at once when the database is away."""

    def __init__(self, engine: Engine, longest_secs: float | None = None) -> None:
        """`longest_secs` is how long anybody waits, be it for a thread or for the database."""
        self._engine = engine
        self._longest_secs = longest_secs
        self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="store-reader")

    async def ask(self, query: Callable[[Connection], T], *, writes: bool = False) -> T:
        """What `query` returns, run in a transaction of its own, perhaps twice.

        Raises:
            RowRefused: a text that no database takes.
            StoreUnavailable: the database does not answer.
        """
        loop = asyncio.get_running_loop()
        answer = loop.run_in_executor(self._threads, self._run, query, writes)
        try:
            return await asyncio.wait_for(answer, self._longest_secs)
        except TimeoutError:
            raise StoreUnavailable("the database does not answer in time") from None

    def close(self) -> None:
        """Takes no more questions, and waits for those that are being asked."""
        self._threads.shutdown(cancel_futures=True)

    def _run(self, query: Callable[[Connection], T], writes: bool) -> T:
        engine = self._engine.execution_options(**WRITES) if writes else self._engine
        try:
            return _twice(engine, query)
        except UnicodeEncodeError:
            raise RowRefused("the text holds half a character; send valid Unicode") from None
        except (exc.DBAPIError, exc.TimeoutError) as error:
            raise StoreUnavailable(f"the database does not answer ({reason(error)})") from error


def _twice(engine: Engine, query: Callable[[Connection], T]) -> T:
    """Again at once on a new connection when the old one had died since it was last used."""
    try:
        with engine.begin() as connection:
            return query(connection)
    except exc.DBAPIError as error:
        if not error.connection_invalidated:
            raise
    with engine.begin() as connection:
        return query(connection)
