"""The one server of all whole calls, which are held side by side on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..side_by_side import SideBySide, chosen_in
from .house import House

AT_ONCE = 10


@pytest.fixture(scope="session")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The one server of all whole calls."""
    on_postgres = request.config.getoption("database") == "postgresql"
    database = request.getfixturevalue("postgres").new_database() if on_postgres else None
    house = House(tmp_path_factory.mktemp("house"), database)
    yield house
    house.close()


@pytest.fixture(scope="session")
def side_by_side(request: pytest.FixtureRequest, house: House) -> SideBySide:
    """All selected calls, begun."""
    return SideBySide(chosen_in(Path(__file__).parent, request.session), house, AT_ONCE)
