"""The server in front of a deployment's PostgreSQL."""

import sqlite3
from contextlib import closing

import anyio
import httpx2
import pytest

from ..servers import SECRET, Served, serving
from .conftest import Caller

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    """Beside a database of others, what is our own is kept in the current folder."""
    monkeypatch.chdir(tmp_path)


async def ask(served: Served, method: str, path: str, **more) -> tuple[int, str]:
    """Status, and the code of a refusal."""
    async with httpx2.AsyncClient(base_url=served.url) as client:
        answer = await client.request(method, path, **more)
    return answer.status_code, (answer.json().get("detail") or {}).get("code", "")


async def test_meetings_are_made_by_others(database, tmp_path):
    async with serving(tmp_path, TURNWISE_DATABASE__URL=database.url) as served:
        assert await ask(served, "POST", "/api/meetings", json={}) == (403, "meetings_are_external")
        assert await ask(served, "GET", "/readyz") == (200, "")
        async with httpx2.AsyncClient(base_url=served.url) as client:
            metrics = (await client.get("/metrics")).text
    assert "turnwise_outbox_waiting 0" in metrics
    assert "turnwise_outbox_set_aside 0" in metrics


async def test_a_database_that_is_away_at_start_is_503_and_is_used_once_it_is_there(
    postgres, database, tmp_path
):
    meeting_id = database.new_meeting()
    transcript = f"/api/meetings/{meeting_id}/transcript"
    with postgres.stopped():
        starting = serving(tmp_path, TURNWISE_DATABASE__URL=database.url, TURNWISE_AUTH__SECRET=SECRET)
        served = await starting.__aenter__()
        caller = Caller(served, meeting_id)
        query = caller.query(("meetingId", meeting_id), ("token", caller.token()))
        assert await ask(served, "GET", "/healthz") == (200, "")
        assert await ask(served, "GET", "/readyz") == (503, "database_unavailable")
        assert await ask(served, "GET", transcript) == (503, "database_unavailable")
        assert await caller.refusals(query) == ((503, "database_unavailable"),) * 2
    assert await ask(served, "GET", "/readyz") == (200, "")
    assert await ask(served, "GET", transcript) == (200, "")
    assert await caller.refused(query) == (101, "")
    await starting.__aexit__(None, None, None)
    assert database.meeting(meeting_id) == ("processing", True)


async def test_a_meeting_left_active_by_a_dead_process_is_closed_once_the_database_is_there(
    postgres, database, tmp_path
):
    meeting_id = database.new_meeting()
    async with serving(tmp_path, TURNWISE_DATABASE__URL=database.url) as served:
        assert await served.turnwise.services.store.begin(meeting_id)
    with closing(sqlite3.connect(tmp_path / "turnwise.state.db")) as state, state:
        state.execute("insert into live_calls values (?, 999999, 'long ago')", [meeting_id])
    with postgres.stopped():
        starting = serving(tmp_path, TURNWISE_DATABASE__URL=database.url)
        await starting.__aenter__()
    with anyio.fail_after(10):
        while database.meeting(meeting_id) != ("processing", True):
            await anyio.sleep(0.05)
    await starting.__aexit__(None, None, None)
