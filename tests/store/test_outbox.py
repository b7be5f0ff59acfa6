"""What is acknowledged reaches PostgreSQL once and in order, whatever the database does meanwhile."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import anyio
import pytest
from turnwise.agents.store.errors import RowRefused, StoreUnavailable
from turnwise.agents.store.outbox import BATCH, OUTBOX, Backlog

from ..patience import PATIENCE_SECS
from .deployment import arrived, log_lines, opened, turn, until_ready
from .meetings import NOTHING, begun, numbered, say

pytestmark = pytest.mark.anyio


@pytest.fixture
async def store(database, tmp_path):
    async with opened(database.url, tmp_path) as store:
        yield store


async def test_what_is_said_while_the_database_is_away_arrives_when_it_is_back(postgres, database, store):
    meeting_id = await begun(database, store)
    await say(store, meeting_id, "1", "2")
    with postgres.stopped():
        saved = await say(store, meeting_id, "3", "4")
        assert [chunk.sequence_number for chunk in saved] == [3, 4]
        await until_ready(store, ready=False)
    assert await arrived(database, meeting_id, 4) == numbered("1", "2", "3", "4")
    await until_ready(store)


async def test_a_meeting_ends_in_the_database_only_behind_its_last_chunk(postgres, database, store):
    database.run("""
        CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF (SELECT status FROM meetings WHERE id = NEW.meeting_id) = 'processing' THEN
                RAISE EXCEPTION 'the meeting is over'; END IF; RETURN NEW; END $$;
        CREATE TRIGGER late BEFORE INSERT ON transcript_chunks FOR EACH ROW EXECUTE FUNCTION late();
        GRANT EXECUTE ON FUNCTION late TO turnwise;""")
    meeting_id = await begun(database, store)
    texts = [str(number) for number in range(BATCH + 50)]
    with postgres.stopped():
        await say(store, meeting_id, *texts)
        finishing = asyncio.create_task(store.finish(meeting_id))
        await until_ready(store, ready=False)
        assert not finishing.done()
    with anyio.fail_after(PATIENCE_SECS):
        await finishing
    assert database.meeting(meeting_id) == ("processing", True)
    assert database.chunks(meeting_id) == numbered(*texts)
    assert await store.backlog() == NOTHING


async def test_a_meeting_that_ended_while_the_database_was_away_ended_when_it_did(postgres, database, store):
    meeting_id = await begun(database, store)
    with postgres.stopped():
        finishing = asyncio.create_task(store.finish(meeting_id, error="the line broke"))
        await until_ready(store, ready=False)
    with anyio.fail_after(PATIENCE_SECS):
        await finishing
    assert database.meeting(meeting_id, "error, ended_at < processing_started_at") == ("the line broke", True)


async def test_a_meeting_that_goes_on_here_goes_on_without_the_database(postgres, database, store):
    meeting_id = await begun(database, store, prompt="Be kind.", agent_id="support")
    await say(store, meeting_id, "1")
    await arrived(database, meeting_id, 1)
    with postgres.stopped():
        await say(store, meeting_id, "2")
        meeting = await store.meeting(meeting_id)
        assert meeting
        assert (meeting.prompt, meeting.agent_id, meeting.status) == ("Be kind.", "support", "active")
        assert await store.begin(meeting_id), "a lost connection cannot come back"
        assert [chunk.text for chunk in await store.chunks(meeting_id)] == ["1", "2"]
        with pytest.raises(StoreUnavailable):
            await store.meeting(database.name)
        with pytest.raises(StoreUnavailable):
            await store.chunks(database.name)
        with pytest.raises(StoreUnavailable):
            await store.begin(database.name)


async def test_a_meeting_that_ended_here_cannot_be_joined_while_the_database_is_away(
    postgres, database, store
):
    meeting_id = await begun(database, store)
    with postgres.stopped():
        finishing = asyncio.create_task(store.finish(meeting_id))
        await until_ready(store, ready=False)
        assert not await store.begin(meeting_id)
    await finishing
    assert not await store.begin(meeting_id)


async def test_a_call_refused_while_the_database_was_away_is_taken_when_it_is_back(postgres, database, store):
    meeting_id = database.new_meeting()
    with postgres.stopped():
        with pytest.raises(StoreUnavailable):
            await store.begin(meeting_id)
        with pytest.raises(StoreUnavailable):
            await store.finish(meeting_id)
    assert await store.begin(meeting_id)
    assert database.meeting(meeting_id)[0] == "active"


async def test_a_transcript_shows_what_only_the_outbox_has(database, store):
    meeting_id = await begun(database, store)
    await say(store, meeting_id, "1")
    await arrived(database, meeting_id, 1)
    with database.connect() as other:
        other.execute("LOCK TABLE transcript_chunks IN SHARE MODE")
        await say(store, meeting_id, "2")
        assert [chunk.text for chunk in await store.chunks(meeting_id)] == ["1", "2"]
        assert len(database.chunks(meeting_id)) == 1


async def test_numbers_go_on_behind_what_the_database_has(database, tmp_path):
    meeting_id = database.new_meeting(status="active")
    database.run(
        """INSERT INTO transcript_chunks (meeting_id, speaker_type, text, sequence_number)
           VALUES (%s, 'user', '1', 1)""",
        meeting_id,
    )
    async with opened(database.url, tmp_path) as store:
        assert await store.begin(meeting_id)
        assert (await store.save(turn(meeting_id, "2"))).sequence_number == 2
        await store.finish(meeting_id)
        assert (await store.save(turn(meeting_id, "said late"))).sequence_number == 3
    assert database.chunks(meeting_id) == numbered("1", "2", "said late")


async def test_a_meeting_whose_row_another_program_locks_does_not_hold_up_another(database, store):
    stuck, other = await begun(database, store), await begun(database, store)
    with database.connect() as program:
        program.execute("SELECT 1 FROM meetings WHERE id = %s FOR UPDATE", [stuck])
        await say(store, stuck, "1")
        await say(store, other, "1")
        await arrived(database, other, 1)
        await store.ping()
        assert database.chunks(stuck) == []
    assert await arrived(database, stuck, 1) == numbered("1")


@pytest.mark.parametrize(
    ("poison", "said"),
    [
        (
            "ALTER TABLE transcript_chunks ADD CONSTRAINT brief CHECK (length(text) < 9)",
            "IntegrityError 23514 of constraint brief",
        ),
        ("ALTER TABLE transcript_chunks ALTER COLUMN text TYPE varchar(9)", "DataError 22001"),
        (
            """CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                   IF length(NEW.text) > 9 THEN RAISE EXCEPTION 'not %', NEW.text; END IF; RETURN NEW; END $$;
               CREATE TRIGGER no BEFORE INSERT ON transcript_chunks FOR EACH ROW EXECUTE FUNCTION no()""",
            "P0001",
        ),
    ],
)  # fmt: skip
async def test_a_row_that_is_refused_is_set_aside_whole_and_holds_up_nobody(database, tmp_path, poison, said):
    database.run(poison)
    with log_lines() as lines:
        async with opened(database.url, tmp_path) as store:
            meeting_id = await begun(database, store)
            await say(store, meeting_id, "1", "a secret that is long", "3")
            await store.finish(meeting_id)
            assert await store.backlog() == Backlog(waiting=0, set_aside=1)
    assert database.chunks(meeting_id) == [(1, "user", "1"), (3, "user", "3")]
    assert database.meeting(meeting_id) == ("processing", True)
    (told,) = [line for line in lines if "set aside" in line]
    assert meeting_id in told
    assert said in told
    assert "secret" not in "".join(lines)
    with closing(sqlite3.connect(tmp_path / OUTBOX)) as outbox:
        kept = outbox.execute("SELECT meeting_id, sequence_number, text FROM set_aside").fetchall()
    assert kept == [(meeting_id, 2, "a secret that is long")]


async def test_a_meeting_deleted_in_mid_call_holds_up_nobody(database, store):
    gone, other = await begun(database, store), await begun(database, store)
    database.run("DELETE FROM meetings WHERE id = %s", gone)
    await say(store, gone, "1", "2")
    await say(store, other, "1")
    await store.finish(gone)
    await store.finish(other)
    assert database.chunks(other) == numbered("1")
    assert await store.backlog() == Backlog(waiting=0, set_aside=2)


async def test_a_missing_right_loses_nothing_and_what_waited_arrives_once_it_is_granted(database, store):
    meeting_id = await begun(database, store)
    database.run("REVOKE INSERT ON transcript_chunks FROM turnwise")
    with log_lines() as lines:
        await say(store, meeting_id, "1")
        await until_ready(store, ready=False)
    assert any("permission denied for table transcript_chunks" in line for line in lines)
    database.run("GRANT INSERT ON transcript_chunks TO turnwise")
    assert await arrived(database, meeting_id, 1) == numbered("1")
    await store.finish(meeting_id)
    assert await store.backlog() == NOTHING


@pytest.mark.parametrize("text", ["a \0 character", "half \ud800 a character"])
async def test_a_text_that_no_database_takes_is_refused_before_it_has_a_number(database, store, text):
    meeting_id = await begun(database, store)
    with pytest.raises(RowRefused):
        await store.save(turn(meeting_id, text))
    assert (await store.save(turn(meeting_id))).sequence_number == 1


async def test_the_outbox_is_for_its_owner_only(database, tmp_path):
    async with opened(database.url, tmp_path) as store:
        await begun(database, store)
        modes = {path.name: path.stat().st_mode & 0o777 for path in Path(tmp_path).iterdir()}
    assert modes == dict.fromkeys([OUTBOX, f"{OUTBOX}-wal", f"{OUTBOX}-shm"], 0o600)
