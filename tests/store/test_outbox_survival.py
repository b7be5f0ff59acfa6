"""What is acknowledged reaches PostgreSQL once and in order, whichever process dies or sticks meanwhile."""

import asyncio
import sqlite3
from contextlib import ExitStack, closing

import anyio
import pytest
from turnwise.agents.store.errors import StoreUnavailable
from turnwise.agents.store.outbox import OUTBOX

from ..patience import PATIENCE_SECS
from .deployment import arrived, opened
from .meetings import NOTHING, begun, numbered, say
from .programs import running

pytestmark = pytest.mark.anyio


async def test_a_server_that_is_stuck_holds_nobody_for_long(postgres, database, tmp_path):
    async with opened(database.url, tmp_path) as store:
        meeting_id = await begun(database, store)
        with postgres.frozen():
            with anyio.fail_after(PATIENCE_SECS):
                await say(store, meeting_id, "1")
                assert await store.begin(meeting_id)
                with pytest.raises(StoreUnavailable):
                    await store.ping()
        await arrived(database, meeting_id, 1)


async def test_a_store_closes_though_its_server_is_stuck_and_the_next_start_brings_the_rest(
    postgres, database, tmp_path
):
    async with opened(database.url, tmp_path) as store:
        meeting_id = await begun(database, store)
        with postgres.frozen(), anyio.fail_after(PATIENCE_SECS):
            await say(store, meeting_id, "1")
            finishing = asyncio.create_task(store.finish(meeting_id))
            await asyncio.sleep(0)
            await store.close()
            with pytest.raises(StoreUnavailable, match="for the next start"):
                await finishing
    async with opened(database.url, tmp_path):
        await arrived(database, meeting_id, 1)
    assert database.meeting(meeting_id) == ("processing", True)


async def test_two_processes_share_one_sequence_while_the_database_is_away(postgres, database, tmp_path):
    meeting_id = database.new_meeting()
    async with opened(database.url, tmp_path) as store:
        await store.begin(meeting_id)
        with ExitStack() as stack:
            program = stack.enter_context(running("save", database.url, tmp_path, meeting_id, "theirs", 100))
            with postgres.stopped():
                program.go_on()
                await say(store, meeting_id, *(f"ours {number}" for number in range(100)))
                for _ in range(100):
                    await anyio.to_thread.run_sync(program.line)
            chunks = await arrived(database, meeting_id, 200)
    assert [number for number, _, _ in chunks] == list(range(1, 201))
    assert [text for _, speaker, text in chunks if speaker == "user"] == [f"ours {n}" for n in range(100)]
    assert [text for _, speaker, text in chunks if speaker == "agent"] == [f"theirs {n}" for n in range(100)]


async def test_a_living_process_brings_what_a_dead_one_left(postgres, database, tmp_path):
    meeting_id = database.new_meeting()
    async with opened(database.url, tmp_path) as store:
        await store.begin(meeting_id)
        with running("save", database.url, tmp_path, meeting_id, "left", -1) as program:
            with postgres.stopped():
                program.go_on()
                said = [await anyio.to_thread.run_sync(program.line) for _ in range(20)]
                program.kill()
            chunks = await arrived(database, meeting_id, len(said))
    assert [text for _, _, text in chunks][: len(said)] == [line.split(" ", 2)[2] for line in said]


async def test_killed_ten_times_and_the_database_thrice_nothing_acknowledged_is_lost_or_doubled(
    postgres, database, tmp_path
):
    meeting_id = database.new_meeting(status="active")
    acknowledged: list[str] = []
    for life in range(10):
        with running("save", database.url, tmp_path, meeting_id, f"life {life}:", -1) as program:
            program.go_on()
            acknowledged += [program.line() for _ in range(15 + 7 * life)]
            if life in (2, 5, 8):
                postgres.kill()
                acknowledged += [program.line() for _ in range(20)]
            # Its last word may have been cut short.
            acknowledged += program.kill()[:-1]
            if life in (2, 5, 8):
                postgres.start()
    async with opened(database.url, tmp_path) as store:
        with anyio.fail_after(PATIENCE_SECS):
            await store.finish(meeting_id)
        assert await store.backlog() == NOTHING
    rows = database.run(
        "SELECT id::text, sequence_number, text FROM transcript_chunks ORDER BY sequence_number, id"
    )
    assert [number for _, number, _ in rows] == list(range(1, len(rows) + 1))
    stored = [f"{chunk_id} {number} {text}" for chunk_id, number, text in rows]
    assert [row for row in stored if row in set(acknowledged)] == acknowledged
    assert len(acknowledged) > 400
    assert database.meeting(meeting_id) == ("processing", True)


async def test_killed_after_the_database_had_it_and_before_we_knew_nothing_is_doubled(database, tmp_path):
    meeting_id = database.new_meeting()
    async with opened(database.url, tmp_path) as store:
        await store.begin(meeting_id)
        await say(store, meeting_id, "1", "2")
        await arrived(database, meeting_id, 2)
    with closing(sqlite3.connect(tmp_path / OUTBOX)) as outbox, outbox:
        outbox.execute("INSERT INTO waiting SELECT id FROM transcript_chunks")
    async with opened(database.url, tmp_path) as store:
        await store.finish(meeting_id)
        assert await store.backlog() == NOTHING
    assert database.chunks(meeting_id) == numbered("1", "2")
