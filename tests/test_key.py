"""The key stays on the server, even if the upstream shouts it back in all that goes wrong."""

import asyncio
import re
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from turnwise.agents.client.api import Api
from turnwise.agents.client.caller import Caller
from turnwise.agents.client.dial import Transport
from turnwise.agents.client.speech import read_wav

from .serve_process import agent_serve
from .telltale import telltale

pytestmark = pytest.mark.anyio
KEY = "sk-proj-nobody-but-the-server-may-see-this-0123456789"
SETTINGS = """
extends = "shipped"
[log]
level = "DEBUG"
[agents.realtime-webrtc]
extends = "realtime"
[agents.realtime-webrtc.realtime]
upstream = "webrtc"
"""
FAULTS: dict[str, tuple[str, Transport]] = {
    "stt": ("default", "websocket"),
    "llm": ("default", "websocket"),
    "llm malformed": ("default", "webrtc"),
    "tts": ("default", "websocket"),
    "realtime": ("realtime", "websocket"),
    "realtime error": ("realtime", "webrtc"),
    "realtime malformed": ("realtime", "websocket"),
    "realtime call": ("realtime-webrtc", "websocket"),
}
"""What goes wrong, and the agent and transport of the call in which it does."""

PATHS = ("/", "/api/agents", "/metrics", "/readyz", "/openapi.json", "/nothing", "/api/webrtc/offer")


@asynccontextmanager
async def overheard(url: str):
    """A way to a server through which every byte that it sends is kept."""
    there, heard = urlsplit(url), bytearray()

    async def pass_on(reader, writer, keep=None):
        try:
            while data := await reader.read(65_536):
                if keep is not None:
                    keep += data
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def connect(reader, writer):
        up_reader, up_writer = await asyncio.open_connection(there.hostname, there.port)
        await asyncio.gather(pass_on(reader, up_writer), pass_on(up_reader, writer, heard))

    async with await asyncio.start_server(connect, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heard


async def fail(url: str, upstream, fault: str, wav: Path) -> str:
    """All that a client is told in a call in which this goes wrong."""
    agent, transport = FAULTS[fault]
    async with Api(url) as api:
        meeting_id = await api.create_meeting()
        token = await api.create_token(meeting_id, agent)
    upstream.faults[meeting_id] = fault
    async with Caller.connect(url, meeting_id, token, transport=transport) as caller:
        speaking = asyncio.create_task(caller.speak(read_wav(wav)))
        await caller.wait_for_message("agent-error", 30)
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
        (error, *_) = caller.errors
        wanted = "malformed" if fault.endswith("malformed") else "key_refused"
        assert error.data["code"] == wanted, (fault, error.data)
        return str(caller.messages)


async def test_the_key_is_in_no_response_no_log_line_and_no_byte_of_the_wire(tmp_path, speech):
    (tmp_path / "settings.toml").write_text(SETTINGS)
    async with telltale() as upstream:
        variables = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": upstream.url}
        async with agent_serve(tmp_path, **variables) as server, overheard(server.url) as (url, heard):
            told = await asyncio.gather(*(fail(url, upstream, each, speech / "hello.wav") for each in FAULTS))
            async with httpx2.AsyncClient(base_url=url) as client:
                for path in PATHS:
                    await client.get(path)
        assert upstream.keys == {KEY}, "the upstream was not asked with the key"
    over_sockets = [transport for _, transport in FAULTS.values() if transport == "websocket"]
    assert len(re.findall(rb"agent-error", heard)) >= len(over_sockets), "the wire was not overheard"
    log = server.log
    assert log.count("DEBUG") > len(FAULTS)
    for secret in (KEY, KEY[8:], KEY[-20:], "Incorrect API key"):
        assert secret.encode() not in heard
        assert secret not in log
        assert secret not in str(told)
