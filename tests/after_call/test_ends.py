"""Whatever ends a meeting or its server, the meeting is handed on once, with how it ended."""

import pytest
from turnwise.agents.after_call.jobs import Jobs
from turnwise.agents.local_state import LocalState

from ..serve_process import agent_serve
from ..store.programs import running
from . import held
from .receiver import SECRET, never

pytestmark = pytest.mark.anyio


async def test_a_server_that_is_killed_before_it_was_taken_hands_it_on_at_its_next_start(tmp_path, receiver):
    (tmp_path / "settings.local.toml").write_text(held.webhook(receiver.url))
    receiver.answers += [never]
    variables = {"OPENAI_API_KEY": "none", "TURNWISE_AFTER_CALL__SECRET": SECRET}
    async with agent_serve(tmp_path, **variables) as first:
        async with first.call() as phone:
            await phone.wait_for_state("listening")
        await receiver.has(1)
        first.kill()
    async with agent_serve(tmp_path, **variables):
        one, other = await receiver.has(2)
        await held.settled(tmp_path)
    assert one.id == other.id
    assert one.verified() == other.verified()


async def test_a_meeting_whose_server_died_in_mid_call_is_handed_on_at_the_next_start(tmp_path, receiver):
    (tmp_path / "settings.local.toml").write_text(held.webhook(receiver.url))
    variables = {"OPENAI_API_KEY": "none", "TURNWISE_AFTER_CALL__SECRET": SECRET}
    async with agent_serve(tmp_path, **variables) as first, first.call() as phone:
        await phone.wait_for_state("listening")
        first.kill()
    async with agent_serve(tmp_path, **variables):
        (delivery,) = await receiver.has(1)
    assert delivery.verified()["data"]["endedBy"] == "abandoned"


async def _asks_to_end(phone):
    await phone.send_message({"label": "rtvi-ai", "type": "disconnect-bot", "id": "1", "data": {}})
    await phone.wait_for_close()


async def _drops(phone):
    phone.drop()
    await phone.wait_for_close()


async def _waits(phone):
    await phone.wait_for_close()


@pytest.mark.parametrize(
    ("ended_by", "ends", "of_agent"),
    [
        ("lost", _drops, ""),
        ("hung_up", _asks_to_end, ""),
        ("limit", _waits, "max_call_secs = 0.5"),
        ("idle", _waits, "idle_secs = 0.5"),
    ],
)
async def test_it_is_told_how_the_meeting_ended(tmp_path, receiver, ended_by, ends, of_agent):
    text = held.webhook(receiver.url) + f"[agents.default]\n{of_agent}\n"
    async with held.server(tmp_path, text) as served:
        async with held.call(served) as phone:
            await ends(phone)
        await receiver.has(1)
    assert receiver.json()[0]["data"]["endedBy"] == ended_by


async def test_the_meetings_that_the_end_of_the_server_ends_are_handed_on_too(tmp_path, receiver):
    async with held.server(tmp_path, held.webhook(receiver.url)) as served:
        calling = held.call(served)
        await calling.__aenter__()
    await calling.__aexit__(None, None, None)
    assert [each["data"]["endedBy"] for each in receiver.json()] == ["drained"]
    assert held.jobs(tmp_path) == []


async def test_of_several_processes_one_delivers_and_another_only_if_it_died(tmp_path):
    file = tmp_path / "turnwise.state"
    local = LocalState.open(file)
    jobs = Jobs(local)
    await jobs.prepare()
    await jobs.begin("m", "default", "ann")
    await jobs.end("m", "hung_up", wanted=True)
    with running("claim", file) as other:
        assert await jobs.claim() is None
        other.kill()
        job = await jobs.claim()
        assert job is not None
        assert (job.meeting_id, job.tries) == ("m", 2)
        assert await jobs.claim() is None
    await local.close()


async def test_a_meeting_with_a_call_in_another_process_is_due_when_that_one_ends_it(tmp_path):
    file = tmp_path / "turnwise.state"
    local = LocalState.open(file)
    jobs = Jobs(local)
    await jobs.prepare()
    await jobs.begin("m", "default", "ann")
    with running("call", file, "m") as other:
        await jobs.end("m", "hung_up", wanted=True)
        assert await jobs.claim() is None
        other.kill()
        assert await local.abandoned() == ["m"]
        await jobs.end("m", "abandoned", wanted=True)
        assert await jobs.claim() is not None
    await local.close()
