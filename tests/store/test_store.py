"""A meeting and its transcript, from the first turn to the analysis."""

import asyncio
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from turnwise.agents.store.errors import RowRefused, StoreUnavailable
from turnwise.agents.store.sink import Turn, TurnSink
from turnwise.agents.store.store import SqlStore

pytestmark = pytest.mark.anyio

SCHEMA = Path(__file__).parents[1] / "schema.sql"
NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)


def turn(meeting_id: str, text: str = "hello", speaker: str = "user", at: datetime = NOON) -> Turn:
    return Turn(meeting_id, speaker, text, at)  # type: ignore[arg-type]


def ask(file: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


def change(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript(statement)


async def test_a_new_meeting_is_upcoming_and_found_again(store):
    made = await store.create_meeting("Interview", "Be kind.")
    assert await store.meeting(made.id) == replace(made, name=None)
    assert (made.user_id, made.agent_id, made.status) == ("local", "default", "upcoming")


@pytest.mark.parametrize("asked", ["' or 1=1--", "", "%", "\x00", "half \ud800 a character", "ü" * 100_000])
async def test_any_string_is_a_safe_id(store, asked):
    await store.create_meeting("Interview", None)
    assert (await store.meeting(asked), await store.chunks(asked)) == (None, [])


async def test_a_name_that_no_database_takes_is_refused(store):
    with pytest.raises(RowRefused, match="half a character"):
        await store.create_meeting("\ud800", None)


async def test_meetings_are_ours_to_make_on_sqlite(store):
    assert store.creates_meetings


async def test_the_store_is_a_sink_for_turns(store):
    sink: TurnSink = store
    meeting = await store.create_meeting("Interview", None)
    assert (await sink.save(turn(meeting.id))).sequence_number == 1


async def test_a_transcript_reads_as_it_was_saved(store):
    meeting = await store.create_meeting("Interview", None)
    saved = [await store.save(turn(meeting.id, "hello")), await store.save(turn(meeting.id, "hi", "agent"))]
    assert await store.chunks(meeting.id) == saved


async def test_timestamps_come_back_in_utc(store):
    meeting = await store.create_meeting("Interview", None)
    tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    saved = await store.save(turn(meeting.id, at=tokyo))
    [read] = await store.chunks(meeting.id)
    assert saved.timestamp == read.timestamp == NOON
    assert saved.timestamp.tzinfo == read.timestamp.tzinfo == UTC


def test_a_turn_without_a_time_zone_is_an_error():
    with pytest.raises(ValueError, match="no time zone"):
        turn("m", at=NOON.replace(tzinfo=None))


async def test_a_call_makes_the_meeting_active_and_keeps_its_first_start(store, file):
    meeting = await store.create_meeting("Interview", None)
    assert await store.begin(meeting.id)
    [first] = ask(file, "SELECT status, started_at FROM meetings")
    assert await store.begin(meeting.id)
    assert [first] == ask(file, "SELECT status, started_at FROM meetings")
    assert first[0] == "active"


async def test_a_finished_meeting_is_handed_over_to_the_analysis(store, file):
    meeting = await store.create_meeting("Interview", None)
    await store.begin(meeting.id)
    await store.finish(meeting.id, error="the line broke")
    columns = "status, transcript_collected, error, ended_at IS NOT NULL, processing_started_at IS NOT NULL"
    assert ask(file, f"SELECT {columns} FROM meetings") == [("processing", 1, "the line broke", 1, 1)]


async def test_finishing_twice_changes_nothing(store, file):
    meeting = await store.create_meeting("Interview", None)
    await store.begin(meeting.id)
    await store.finish(meeting.id)
    once = ask(file, "SELECT * FROM meetings")
    await store.finish(meeting.id, error="later")
    assert ask(file, "SELECT * FROM meetings") == once


@pytest.mark.parametrize("status", ["processing", "completed", "failed", "cancelled"])
async def test_a_meeting_that_is_over_is_never_touched(store, file, status):
    meeting = await store.create_meeting("Interview", None)
    change(file, f"UPDATE meetings SET status = '{status}'")
    before = ask(file, "SELECT * FROM meetings")
    assert not await store.begin(meeting.id)
    await store.finish(meeting.id)
    assert ask(file, "SELECT * FROM meetings") == before


async def test_a_meeting_is_finished_after_what_was_saved_before(store, file):
    meeting = await store.create_meeting("Interview", None)
    change(
        file,
        """CREATE TRIGGER late BEFORE INSERT ON transcript_chunks
           WHEN (SELECT status FROM meetings WHERE id = new.meeting_id) = 'processing'
           BEGIN SELECT RAISE(ABORT, 'the meeting is over'); END""",
    )
    await store.begin(meeting.id)
    await asyncio.gather(*(store.save(turn(meeting.id)) for _ in range(20)), store.finish(meeting.id))
    assert ask(file, "SELECT status, (SELECT count(*) FROM transcript_chunks) FROM meetings") == [
        ("processing", 20)
    ]


async def test_our_tables_are_those_of_a_deployment(store, file):
    assert _columns_of(file) == _columns_of_the_schema()


async def test_a_name_is_not_ours_to_read(store, file):
    meeting = await store.create_meeting("Interview", None)
    change(file, "ALTER TABLE meetings DROP COLUMN name")
    assert await store.meeting(meeting.id) is not None


async def test_only_the_columns_we_own_are_needed(file):
    change(
        file,
        """CREATE TABLE meetings (
               id TEXT PRIMARY KEY, user_id TEXT, agent_id TEXT, prompt TEXT, name TEXT,
               status TEXT DEFAULT 'upcoming', started_at TIMESTAMP, ended_at TIMESTAMP,
               processing_started_at TIMESTAMP, transcript_collected BOOLEAN, error TEXT);""",
    )
    store = SqlStore.open(f"sqlite:///{file}")
    meeting = await store.create_meeting("Interview", None)
    await store.begin(meeting.id)
    await store.save(turn(meeting.id))
    await store.finish(meeting.id)
    found = await store.meeting(meeting.id)
    await store.close()
    assert found is not None
    assert found.status == "processing"


async def test_a_broken_database_is_unavailable_and_no_text_is_repeated(store, file):
    change(file, "DROP TABLE transcript_chunks; DROP TABLE meetings;")
    with pytest.raises(StoreUnavailable, match="the database does not answer") as refused:
        await store.create_meeting("Interview", "a secret")
    assert "secret" not in f"{refused.value} {refused.value.__cause__}"


async def test_a_store_that_is_closed_saves_nothing_more(file):
    store = SqlStore.open(f"sqlite:///{file}")
    meeting = await store.create_meeting("Interview", None)
    await store.close()
    with pytest.raises(StoreUnavailable, match="the store is closed"):
        await store.save(turn(meeting.id))


def _columns_of(file: Path) -> dict[str, set[str]]:
    tables = ("meetings", "transcript_chunks")
    return {
        table: {name for (name,) in ask(file, f"SELECT name FROM pragma_table_info('{table}')")}
        for table in tables
    }


def _columns_of_the_schema() -> dict[str, set[str]]:
    tables = re.findall(r"CREATE TABLE (\w+) \((.*?)\n\);", SCHEMA.read_text(), re.DOTALL)
    return {name: set(re.findall(r'^ +"?(\w+)"? ', body, re.MULTILINE)) for name, body in tables}
