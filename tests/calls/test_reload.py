"""A call that is under way when the settings are read again."""

import httpx2
import pytest
from turnwise.agents.client.speech import read_wav

from ..conftest import SPEECH
from ..serve_process import agent_serve

pytestmark = pytest.mark.anyio


def settings(greeting, model):
    return f'[agents.default]\ngreeting = "{greeting}"\n[agents.default.llm]\nmodel = "{model}"\n'


async def test_a_call_that_is_held_keeps_its_agent_and_the_next_one_gets_the_new(tmp_path):
    local = tmp_path / "settings.local.toml"
    local.write_text(settings("Good morning.", "the-old-model"))
    async with agent_serve(tmp_path) as server, server.call() as held:
        await held.wait_for_message("transcript-chunk")
        local.write_text(settings("Good evening.", "the-new-model"))
        server.hup()
        assert "agents.default" in await server.says("settings read again")
        async with server.call() as following:
            greeting = await following.wait_for_message("transcript-chunk")
            assert greeting.data["text"] == "Good evening."
            assert (await following.say(read_wav(SPEECH / "hello.wav"))).why is None
        assert (await held.say(read_wav(SPEECH / "hello.wav"))).why is None
        async with httpx2.AsyncClient() as client:
            asked = (await client.get(server.sandbox_url.removesuffix("/v1") + "/sandbox/requests")).json()
    assert [each["model"] for each in asked if each["stage"] == "llm"] == ["the-new-model", "the-old-model"]
