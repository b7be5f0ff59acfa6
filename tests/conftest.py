"""What every test may use."""

from pathlib import Path

import pytest

from .side_by_side import pytest_collection_modifyitems, pytest_pyfunc_call

__all__ = ["pytest_collection_modifyitems", "pytest_pyfunc_call"]

SPEECH = Path(__file__).parent / "speech"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def speech() -> Path:
    """The folder of WAV files, 16 kHz mono 16 bit."""
    return SPEECH
