"""One stand-in for all vendors, and a stage built from settings as a call builds it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pipecat.processors.frame_processor import FrameProcessor
from pydantic import SecretStr
from turnwise.agents.call_context import CallContext
from turnwise.agents.component import find_component
from turnwise.agents.load import load_settings
from turnwise.agents.settings.model import OpenAIAccess
from turnwise.agents.upstream import OpenAIUpstream

from ..processors.calls import a_call
from .vendors import Vendors, running_vendors

Build = Callable[..., FrameProcessor]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def vendors(anyio_backend: str) -> AsyncIterator[Vendors]:
    async with running_vendors() as vendors:
        yield vendors


@pytest.fixture
async def call(vendors: Vendors) -> AsyncIterator[CallContext]:
    """A call whose way to OpenAI is the stand-in."""
    upstream = OpenAIUpstream(OpenAIAccess(SecretStr("openais-key"), f"http://{vendors.address}/v1"))
    call = replace(a_call(), upstream=upstream)
    yield call
    await call.http.aclose()
    await upstream.aclose()


@pytest.fixture
def build(tmp_path: Path, call: CallContext, vendors: Vendors) -> Build:
    """Builds the stage `part` from what a settings file says of it; `ADDRESS` is the stand-in's."""

    def build(stage: str, **variables: str) -> FrameProcessor:
        text = f"[agents.default]\nprompt = 'p'\npipeline = 'part'\n[agents.default.part]\n{stage}"
        (tmp_path / "settings.toml").write_text(text.replace("ADDRESS", vendors.address))
        settings = load_settings(tmp_path / "settings.toml", variables)
        part = next(stage for stage in settings.agents["default"].stages if stage.name == "part")
        return find_component("part", part.use, tmp_path).build(part.options, call)

    vendors.asked.clear()
    return build
