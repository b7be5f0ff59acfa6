"""Whole calls take as long as speech does, so they are held side by side.

A test marked `side_by_side` is a coroutine function that takes what its folder's calls share and its
own parameters. All of a folder that were selected begin together, a few at a time, with the first of
them; each test then waits for its own. One that holds several calls says how many places it takes.
How many are held at a time is a matter of the machine: one that is too busy to hear speech as fast as
it is spoken gives every call the faults of an overloaded server, which no test here is about.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeGuard, TypeVar

import pytest

T = TypeVar("T")

LONGEST_SECS = 170


def room_for(most: int) -> int:
    """How many at once are heard in time: fewer than `most` where more is at work than there are cores."""
    cores = os.cpu_count() or 1
    return max(1, round(most * cores / max(cores, os.getloadavg()[0])))


class SideBySide:
    """Runs test coroutines on a loop of their own, in a thread."""

    def __init__(self, items: list[pytest.Function], shared: Any, at_once: int) -> None:
        self._loop = asyncio.new_event_loop()
        self._at_once = room_for(at_once)
        self._places = asyncio.Semaphore(self._at_once)
        self._turn = asyncio.Lock()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._results = {item.nodeid: self._begin(item, shared) for item in items}

    def result(self, item: pytest.Function) -> None:
        """Waits for one of them, and raises what it raised."""
        self._results[item.nodeid].result(LONGEST_SECS)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Runs one more on the same loop, and waits for it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(LONGEST_SECS)

    def _begin(self, item: pytest.Function, shared: Any) -> "Future[None]":
        callspec, marker = getattr(item, "callspec", None), item.get_closest_marker("side_by_side")
        test = item.obj(shared, **(callspec.params if callspec else {}))
        places = marker.kwargs.get("places", 1) if marker else 1
        return asyncio.run_coroutine_threadsafe(self._run(test, min(places, self._at_once)), self._loop)

    async def _run(self, test: Any, places: int) -> None:
        async with self._turn:
            for _ in range(places):
                await self._places.acquire()
        try:
            await test
        finally:
            for _ in range(places):
                self._places.release()


def chosen_in(folder: Path, session: pytest.Session) -> list[pytest.Function]:
    """The selected tests of a folder that are held side by side."""
    return [item for item in session.items if _is_so(item) and item.path.is_relative_to(folder)]


def _is_so(item: pytest.Item) -> TypeGuard[pytest.Function]:
    return isinstance(item, pytest.Function) and item.get_closest_marker("side_by_side") is not None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _is_so(item):
            item.fixturenames.append("side_by_side")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if _is_so(pyfuncitem):
        begun: Any = pyfuncitem.funcargs["side_by_side"]
        begun.result(pyfuncitem)
        return True
    return None
