"""A sandbox of its own process for all these tests, and OpenAI's client to ask it."""

import json
import urllib.request
import wave
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soxr
from openai import AsyncOpenAI
from turnwise.agents.sandbox.child import SandboxProcess


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    sandbox = SandboxProcess()
    yield sandbox.start()
    sandbox.stop()


Control = Callable[..., Any]


@pytest.fixture
def control(base_url: str) -> Iterator[Control]:
    """Calls `/sandbox/…`; what it sets and leaves is gone after the test."""

    def call(method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        url = base_url.removesuffix("/v1") + "/sandbox/" + path
        with urllib.request.urlopen(urllib.request.Request(url, data, method=method), timeout=5) as response:
            content = response.read()
            return json.loads(content) if content else None

    call("DELETE", "requests")
    yield call
    call("DELETE", "behaviour")


@pytest.fixture
async def openai(base_url: str, anyio_backend: str) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(api_key="any", base_url=base_url, max_retries=0, timeout=10) as client:
        yield client


@pytest.fixture
def spoken(speech: Path) -> Callable[[str], bytes]:
    """A recording as the wire wants it."""

    def read(name: str) -> bytes:
        with wave.open(str(speech / f"{name}.wav")) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return soxr.resample(samples, 16_000, 24_000).astype("<i2").tobytes()

    return read
