"""Whole calls take as long as speech does, so they are held side by side on one server.

A test marked `side_by_side` is a coroutine function that takes the house and its own parameters.
All that were selected begin together, a few at a time, with the first of them; each test then
waits for its own. One that holds several calls says how many places it takes.
"""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from .house import House

AT_ONCE = 14
LONGEST_SECS = 170


@pytest.fixture(scope="session")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The one server of all whole calls."""
    on_postgres = request.config.getoption("database") == "postgresql"
    database = request.getfixturevalue("postgres").new_database() if on_postgres else None
    house = House(tmp_path_factory.mktemp("house"), database)
    yield house
    house.close()


class SideBySide:
    """Runs test coroutines on a loop of their own, in a thread."""

    def __init__(self, items: list[pytest.Function], house: House) -> None:
        self._loop = asyncio.new_event_loop()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._turn = asyncio.Lock()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._results = {item.nodeid: self._begin(item, house) for item in items}

    def result(self, item: pytest.Function) -> None:
        """Waits for one of them, and raises what it raised."""
        self._results[item.nodeid].result(LONGEST_SECS)

    def _begin(self, item: pytest.Function, house: House) -> "Future[None]":
        callspec, marker = getattr(item, "callspec", None), item.get_closest_marker("side_by_side")
        test = item.obj(house, **(callspec.params if callspec else {}))
        places = marker.kwargs.get("places", 1) if marker else 1
        return asyncio.run_coroutine_threadsafe(self._run(test, places), self._loop)

    async def _run(self, test: Any, places: int) -> None:
        async with self._turn:
            for _ in range(places):
                await self._places.acquire()
        try:
            await test
        finally:
            for _ in range(places):
                self._places.release()


@pytest.fixture(scope="session")
def side_by_side(request: pytest.FixtureRequest, house: House) -> SideBySide:
    """All selected tests that run side by side, begun."""
    chosen = [item for item in request.session.items if item.get_closest_marker("side_by_side")]
    return SideBySide([item for item in chosen if isinstance(item, pytest.Function)], house)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("side_by_side") and isinstance(item, pytest.Function):
            item.fixturenames.append("side_by_side")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if pyfuncitem.get_closest_marker("side_by_side"):
        begun: Any = pyfuncitem.funcargs["side_by_side"]
        begun.result(pyfuncitem)
        return True
    return None
