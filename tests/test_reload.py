"""SIGHUP: the settings are read again for the calls that follow; a bad file changes nothing."""

import gc
import weakref

import httpx2
import pytest
from pydantic import SecretStr
from turnwise.agents.load import load_settings
from turnwise.agents.services import Services
from turnwise.agents.settings.changes import for_running
from turnwise.agents.settings.problems import SettingsError
from turnwise.agents.terms import Terms

from .after_call.receiver import SECRET, Receiver
from .serve_process import agent_serve

pytestmark = pytest.mark.anyio

NO_SANDBOX = {"OPENAI_API_KEY": "none"}
READ = "settings read again"


@pytest.fixture
def local(tmp_path):
    """Writes what stands on top of the shipped settings."""
    return (tmp_path / "settings.local.toml").write_text


async def agents(server):
    async with httpx2.AsyncClient() as client:
        return [agent["name"] for agent in (await client.get(f"{server.url}/api/agents")).json()["agents"]]


async def test_the_next_call_can_have_an_agent_that_was_not_there_before(tmp_path, local):
    async with agent_serve(tmp_path, **NO_SANDBOX) as server, server.call() as held:
        await held.wait_for_state("listening")
        local('[agents.new]\nextends = "default"\n')
        server.hup()
        assert (await server.says(READ)).endswith("for the calls that follow: agents.new")
        async with server.call(agent="new") as phone:
            await phone.wait_for_state("listening")
        assert held.ending is None


async def test_a_bad_file_keeps_the_old_settings_and_says_everything_that_is_wrong(tmp_path, local):
    local('[agents.old]\nextends = "default"\n')
    async with agent_serve(tmp_path, **NO_SANDBOX) as server:
        local('[agents.new]\nextends = "defualt"\n[server]\nprot = 1\n')
        server.hup()
        await server.says("the old ones stay")
        await server.says("settings.local.toml:4: server.prot: is not a known key; did you mean port?")
        await server.says("settings.local.toml:2: agents.new.extends: there is no agent 'defualt'")
        assert {"old", "new"} & set(await agents(server)) == {"old"}
        local("[agents.new")
        server.hup()
        assert "settings.local.toml:1: " in await server.says("mend the TOML")
        local('[agents.new]\nextends = "default"\n')
        server.hup()
        assert (await server.says(READ)).endswith("agents.new, agents.old")
        assert {"old", "new"} & set(await agents(server)) == {"new"}
        assert "Traceback" not in server.log


async def test_who_may_come_in_changes_at_once_and_no_value_is_told(tmp_path, local):
    origin = {"Origin": "https://www.example.org"}
    async with agent_serve(tmp_path, **NO_SANDBOX) as server, httpx2.AsyncClient() as client:
        assert (await client.get(f"{server.url}/api/agents", headers=origin)).status_code == 403
        local('[server]\nallowed_origins = ["https://www.example.org"]\n')
        (tmp_path / ".env.local").write_text("TURNWISE_AUTH__API_KEY=a-private-key\n")
        server.hup()
        assert (await server.says(READ)).endswith("follow: server.allowed_origins, auth.api_key")
        allowed = await client.get(f"{server.url}/api/agents", headers=origin)
        assert allowed.headers["access-control-allow-origin"] == "https://www.example.org"
        assert (await client.post(f"{server.url}/api/meetings", json={})).status_code == 401
        assert "a-private-key" not in server.log


async def test_what_needs_a_restart_is_told_and_not_applied(tmp_path, local):
    async with agent_serve(tmp_path, **NO_SANDBOX) as server:
        local('[server]\nport = 1\nmax_calls = 7\n[database]\nurl = "sqlite:///other.db"\n')
        server.hup()
        told = await server.says(READ)
        assert told.endswith("follow: server.max_calls; only with a restart: database.url"), told
        async with server.call() as phone:
            await phone.wait_for_state("listening")
        server.hup()
        assert (await server.says(READ, times=2)).endswith("again, only with a restart: database.url")
    assert not (tmp_path / "other.db").exists()


async def test_without_a_change_it_says_so(tmp_path):
    async with agent_serve(tmp_path, **NO_SANDBOX) as server:
        server.hup()
        assert (await server.says(READ)).endswith("nothing has changed")


GATE_ONLY = '[agents.default]\nprompt = "x"\npipeline = "gate"\n'


async def test_a_sandbox_that_was_not_started_is_told_to_need_a_restart(tmp_path):
    (tmp_path / "settings.toml").write_text(GATE_ONLY)
    async with agent_serve(tmp_path) as server:
        (tmp_path / "settings.toml").write_text(
            GATE_ONLY.replace("gate", "llm") + '[agents.default.llm]\nuse = "openai"\nmodel = "m"\n'
        )
        server.hup()
        told = await server.says("OPENAI_API_KEY: ")
        assert "the sandbox starts only together with the server; set it, or restart" in told
        (tmp_path / ".env.local").write_text("OPENAI_API_KEY=none\n")
        server.hup()
        assert (await server.says(READ)).endswith("agents.default, OPENAI_API_KEY")


MINE = """
from pipecat.processors.frame_processor import FrameProcessor


class Mine(FrameProcessor):
    def __init__(self, word: str = ""):
        super().__init__()
"""


async def test_a_module_may_be_new_but_one_that_changed_needs_a_restart(tmp_path):
    (tmp_path / "settings.toml").write_text(GATE_ONLY)
    async with agent_serve(tmp_path, **NO_SANDBOX) as server:
        (tmp_path / "mine.py").write_text(MINE)
        line = GATE_ONLY.replace("gate", "mine") + '[agents.default.mine]\nuse = "mine:Mine"\n'
        (tmp_path / "settings.toml").write_text(line)
        server.hup()
        assert (await server.says(READ)).endswith("follow: agents.default")
        (tmp_path / "mine.py").write_text(MINE + "# changed\n")
        (tmp_path / "settings.toml").write_text(line + 'word = "new"\n')
        server.hup()
        told = await server.says(READ, times=2)
        assert told.endswith("follow: agents.default; only with a restart: the code of mine")


async def test_a_webhook_named_meanwhile_gets_the_meetings_that_end_from_then_on(tmp_path, local):
    receiver = Receiver()
    async with receiver.up(), agent_serve(tmp_path, **NO_SANDBOX) as server:
        async with server.call() as phone:
            await phone.wait_for_state("listening")
            local(f'[after_call]\nuse = "webhook"\nurl = "{receiver.url}"\n')
            (tmp_path / ".env.local").write_text(f"TURNWISE_AFTER_CALL__SECRET={SECRET}\n")
            server.hup()
            told = await server.says(READ)
        (delivery,) = await receiver.has(1)
    assert told.endswith("follow: after_call.secret, after_call.url, after_call.use")
    assert delivery.verified()["data"]["endedBy"] == "hung_up"


async def test_a_way_to_openai_that_is_replaced_lives_as_long_as_its_calls(tmp_path):
    variables = {"TURNWISE_DATABASE__URL": f"sqlite:///{tmp_path}/turnwise.db"}
    services = Services(load_settings(None, variables | {"OPENAI_API_KEY": "old"}))
    of_call = services.upstream.for_call("a call")
    old = weakref.ref(of_call._shared)
    services.adopt(Terms.of(load_settings(None, variables | {"OPENAI_API_KEY": "new"}), services.terms))
    assert services.upstream.for_call("next")._shared.api_key == "new"
    assert of_call.client().api_key == "old"
    del of_call
    gc.collect()
    assert old() is None
    await services.close()


def test_reachable_from_elsewhere_its_secrets_cannot_be_taken_away(tmp_path):
    reachable = {
        "TURNWISE_SERVER__HOST": "0.0.0.0",
        "TURNWISE_AUTH__SECRET": "of more than thirty-two bytes, surely",
        "TURNWISE_AUTH__API_KEY": "key",
    }
    old, new = load_settings(None, reachable), load_settings(None, {})
    with pytest.raises(SettingsError, match=r"the server listens on 0\.0\.0\.0 until a restart"):
        for_running(old, new)
    assert for_running(old, load_settings(None, reachable)).auth.api_key == SecretStr("key")
