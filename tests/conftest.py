"""What every test may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .postgres import Database, Server, start_server

SPEECH = Path(__file__).parent / "speech"


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


@pytest.fixture
def database(postgres: Server) -> Database:
    """A deployment's database, empty."""
    return postgres.new_database()
