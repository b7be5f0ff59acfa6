"""What every test may use."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .postgres import GRANTS, SCHEMA, Database, Server, free_port, start_server
from .side_by_side import pytest_collection_modifyitems, pytest_pyfunc_call

__all__ = ["pytest_collection_modifyitems", "pytest_pyfunc_call"]

SPEECH = Path(__file__).parent / "speech"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=["sqlite", "postgresql"], default="sqlite", help="what whole calls are kept in"
    )


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def speech() -> Path:
    """The folder of WAV files, 16 kHz mono 16 bit."""
    return SPEECH


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A real PostgreSQL server; whoever stops it starts it again."""
    server = start_server()
    yield server
    server.close()


@pytest.fixture(scope="session")
def the_database(postgres: Server) -> Database:
    """The one that tests share after each other."""
    return postgres.new_database()


@pytest.fixture
def new_database(the_database: Database) -> Callable[..., Database]:
    """Sets a deployment's database up, with other tables or rights than the usual if wanted."""

    def set_up(schema: str = SCHEMA, grants: str = GRANTS) -> Database:
        the_database.set_up(schema, grants)
        return the_database

    return set_up


@pytest.fixture
def database(new_database: Callable[..., Database]) -> Database:
    """A deployment's database, empty."""
    return new_database()


@pytest.fixture
def unused_port() -> int:
    """A port of loopback on which nobody listens."""
    return free_port()
