"""A token connects once and a dead process's meetings are found, across processes."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from turnwise.agents import process
from turnwise.agents.local_state import LocalState
from turnwise.agents.process import ProcessId
from turnwise.agents.store.errors import StoreUnavailable

from .store.programs import running

pytestmark = pytest.mark.anyio


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "turnwise.state"


@pytest.fixture
async def state(file: Path) -> AsyncIterator[LocalState]:
    state = LocalState.open(file)
    yield state
    await state.close()


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=60)


async def test_a_token_connects_once(state):
    assert [await state.use_token("t", soon()), await state.use_token("t", soon())] == [True, False]


async def test_a_used_token_is_known_and_another_is_not(state):
    await state.use_token("used", soon())
    assert [await state.token_was_used("used"), await state.token_was_used("new")] == [True, False]


async def test_of_many_tries_in_two_processes_exactly_one_uses_the_token(file):
    with ExitStack() as stack:
        programs = [stack.enter_context(running("use_tokens", file, "t", 10)) for _ in range(2)]
        for program in programs:
            program.go_on()
        assert sorted(program.line() for program in programs) == ["0", "1"]


async def test_a_token_just_expired_stays_used_for_the_leeway(state):
    await state.use_token("late", datetime.now(UTC) - timedelta(seconds=5))
    await state.use_token("next", soon())
    assert await state.token_was_used("late")


async def test_tokens_long_expired_are_forgotten(state, file):
    await state.use_token("old", datetime.now(UTC) - timedelta(hours=1))
    await state.use_token("new", soon())
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT jti FROM used_tokens").fetchall() == [("new",)]


async def test_meetings_of_a_killed_process_are_abandoned_before_it_is_reaped(state, file):
    with running("call", file, "m1", "m2") as server:
        server.kill()
        assert await state.abandoned() == ["m1", "m2"]


async def test_meetings_of_a_live_process_are_not_abandoned(state, file):
    await state.call_started("ours")
    with running("call", file, "theirs"):
        assert await state.abandoned() == []


async def test_a_meeting_that_a_live_process_took_over_is_not_abandoned(state, file):
    with running("call", file, "m") as server:
        server.kill()
    await state.call_started("m")
    assert await state.abandoned() == []


async def test_a_reused_process_number_is_not_mistaken(state, file):
    me = ProcessId.own()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("INSERT INTO live_calls VALUES ('m', ?, 'earlier')", (me.pid,))
    assert await state.abandoned() == ["m"]


async def test_a_meeting_that_is_over_is_forgotten_with_its_dead_processes(state, file):
    with running("call", file, "m") as server:
        server.kill()
    await state.call_started("m")
    await state.call_over("m")
    assert await state.abandoned() == []


async def test_a_meeting_over_here_is_kept_for_another_live_process(state, file):
    with running("call", file, "m") as server:
        await state.call_started("m")
        await state.call_over("m")
        server.kill()
        assert await state.abandoned() == ["m"]


async def test_the_files_are_for_their_owner_only(file):
    file.touch(0o644)
    state = LocalState.open(file)
    await state.call_started("m")
    modes = {path.name: path.stat().st_mode & 0o777 for path in file.parent.iterdir()}
    await state.close()
    assert modes == dict.fromkeys(["turnwise.state", "turnwise.state-wal", "turnwise.state-shm"], 0o600)


async def test_a_locked_file_does_not_hold_up_the_loop(state, file):
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        using = asyncio.create_task(state.use_token("t", soon()))
        for _ in range(50):
            await asyncio.sleep(0)
        assert not using.done()
        other.execute("ROLLBACK")
    assert await using


def test_an_unusable_folder_is_one_sentence(tmp_path):
    with pytest.raises(
        StoreUnavailable, match=r"turnwise\.state: No such file or directory; make its folder"
    ):
        LocalState.open(tmp_path / "nowhere" / "turnwise.state")


def test_a_file_that_is_no_database_is_one_sentence(file):
    file.write_text("Dear diary, " * 1000)
    with pytest.raises(StoreUnavailable, match="it is not an SQLite database; move it away"):
        LocalState.open(file)


async def test_a_file_damaged_later_is_one_sentence(state, file):
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DROP TABLE used_tokens")
    with pytest.raises(StoreUnavailable, match=r"turnwise\.state: it cannot be used"):
        await state.use_token("t", soon())


def test_without_proc_the_system_is_asked(monkeypatch):
    monkeypatch.setattr(process, "_born", process._born_elsewhere)
    me = ProcessId.own()
    assert me.born
    assert me.is_alive()
    assert not ProcessId(me.pid, "earlier").is_alive()
