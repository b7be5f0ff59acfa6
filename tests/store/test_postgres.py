"""A deployment's PostgreSQL is used as it stands, whatever its tables look like beyond what we name."""

import re
from datetime import UTC, datetime, timedelta, timezone

import anyio
import pytest
from sqlalchemy.exc import OperationalError
from turnwise.agents.store import rows
from turnwise.agents.store.address import check_address
from turnwise.agents.store.engine import open_engine
from turnwise.agents.store.errors import RowRefused, StoreUnavailable
from turnwise.agents.store.sink import Turn

from ..postgres import GRANTS, SCHEMA
from .deployment import log_lines, opened, turn

pytestmark = pytest.mark.anyio

STARTED = "status::text, started_at"
ENDED = "status::text, transcript_collected, error, ended_at IS NOT NULL, processing_started_at IS NOT NULL"
CATALOG = """
    SELECT relname, attname, atttypid::regtype::text FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
    WHERE relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
      AND relname NOT LIKE 'pg_%' ORDER BY 1, 2
"""


def changed(*changes: tuple[str, str]) -> str:
    """The shipped schema with other words in it."""
    schema = SCHEMA
    for old, new in changes:
        assert old in schema
        schema = schema.replace(old, new)
    return schema


TEXT_IDS = changed(
    ("id                    uuid", "id                    text"),
    ("id              uuid", "id              text"),
    ("meeting_id      uuid", "meeting_id      text"),
    ("DEFAULT gen_random_uuid()", "DEFAULT gen_random_uuid()::text"),
)
TEXT_STATUS = changed(("status                meeting_status", "status                varchar(20)"))
ENUM_SPEAKER = changed(
    (
        "CREATE TABLE transcript_chunks",
        "CREATE TYPE speaker AS ENUM ('user', 'agent'); CREATE TABLE transcript_chunks",
    ),
    ("varchar(10) NOT NULL CHECK (speaker_type IN ('user', 'agent'))", "speaker NOT NULL"),
)
NO_OTHER_COLUMNS = SCHEMA + "".join(
    f"ALTER TABLE meetings DROP COLUMN {name};"
    for name in ("progress", "transcript_url", "recording_url", "summary", "created_at", "updated_at")
)
MORE_OF_EVERYTHING = SCHEMA + """
    ALTER TABLE meetings ADD COLUMN tenant text NOT NULL DEFAULT 'acme';
    ALTER TABLE transcript_chunks ADD COLUMN words int NOT NULL DEFAULT 0;
    CREATE FUNCTION count_words() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.words = array_length(string_to_array(NEW.text, ' '), 1); RETURN NEW; END $$;
    CREATE TRIGGER count_words BEFORE INSERT ON transcript_chunks FOR EACH ROW EXECUTE FUNCTION count_words();
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.updated_at = now(); RETURN NEW; END $$;
    CREATE TRIGGER touch BEFORE UPDATE ON meetings FOR EACH ROW EXECUTE FUNCTION touch();
"""  # fmt: skip


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param(SCHEMA, id="as shipped"),
        pytest.param(TEXT_IDS, id="ids are text"),
        pytest.param(TEXT_STATUS, id="status is text"),
        pytest.param(ENUM_SPEAKER, id="speaker is an enum"),
        pytest.param(NO_OTHER_COLUMNS, id="without the columns of others"),
        pytest.param(MORE_OF_EVERYTHING, id="with more columns and triggers"),
    ],
)
async def test_a_meeting_is_held_with_few_rights_and_nothing_is_created(new_database, tmp_path, schema):
    database = new_database(schema)
    before = database.run(CATALOG)
    meeting_id = database.new_meeting("Be kind.", user_id="bob", agent_id="support")
    async with opened(database.url, tmp_path) as store:
        meeting = await store.meeting(meeting_id)
        assert meeting
        assert (meeting.user_id, meeting.agent_id, meeting.prompt) == ("bob", "support", "Be kind.")
        assert await store.begin(meeting_id)
        saved = [
            await store.save(turn(meeting_id, "hello")),
            await store.save(turn(meeting_id, "hi", "agent")),
        ]
        await store.finish(meeting_id)
        assert await store.chunks(meeting_id) == saved
    assert database.chunks(meeting_id) == [(1, "user", "hello"), (2, "agent", "hi")]
    assert database.meeting(meeting_id) == ("processing", True)
    assert database.run(CATALOG) == before


async def test_tables_in_another_schema_are_found_by_the_addresss_search_path(new_database, tmp_path):
    schema = f"CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO turnwise; SET search_path = app; {SCHEMA}"
    database = new_database(schema, GRANTS)
    [(meeting_id,)] = database.run(
        "INSERT INTO app.meetings (name, user_id, agent_id) VALUES ('M', 'u', 'a') RETURNING id::text"
    )
    async with opened(f"{database.url}?options=-csearch_path%3Dapp", tmp_path) as store:
        assert await store.begin(meeting_id)
        await store.save(turn(meeting_id))
        await store.finish(meeting_id)
    assert database.run("SELECT status::text FROM app.meetings") == [("processing",)]


@pytest.mark.parametrize("asked", ["' or 1=1--", "", "%", "\x00", "half \ud800 a character", "ü" * 100_000])
async def test_any_string_is_a_safe_id(database, tmp_path, asked):
    database.new_meeting()
    async with opened(database.url, tmp_path) as store:
        assert (await store.meeting(asked), await store.chunks(asked)) == (None, [])
        assert not await store.begin(asked)
        with pytest.raises(RowRefused, match="its meeting does not exist"):
            await store.save(turn(asked))


async def test_a_call_makes_the_meeting_active_and_keeps_its_first_start(database, tmp_path):
    meeting_id = database.new_meeting()
    async with opened(database.url, tmp_path) as store:
        assert await store.begin(meeting_id)
        first = database.meeting(meeting_id, STARTED)
        assert await store.begin(meeting_id)
    assert database.meeting(meeting_id, STARTED) == first
    assert first[0] == "active"


async def test_finishing_twice_changes_nothing(database, tmp_path):
    meeting_id = database.new_meeting()
    async with opened(database.url, tmp_path) as store:
        await store.begin(meeting_id)
        await store.finish(meeting_id, error="the line broke")
        once = database.meeting(meeting_id, "*")
        await store.finish(meeting_id, error="later")
    assert database.meeting(meeting_id, "*") == once
    assert database.meeting(meeting_id, ENDED) == ("processing", True, "the line broke", True, True)


@pytest.mark.parametrize("status", ["processing", "completed", "failed", "cancelled"])
async def test_a_meeting_that_is_over_is_never_touched(database, tmp_path, status):
    meeting_id = database.new_meeting(status=status)
    before = database.meeting(meeting_id, "*")
    async with opened(database.url, tmp_path) as store:
        assert not await store.begin(meeting_id)
        await store.finish(meeting_id)
    assert database.meeting(meeting_id, "*") == before


@pytest.mark.parametrize("column", ["timestamptz", "timestamp"])
async def test_a_moment_is_kept_whatever_zone_the_database_lives_in(new_database, tmp_path, column):
    schema = changed(('"timestamp"     timestamptz', f'"timestamp"     {column}'))
    database = new_database(schema)
    database.run(f"ALTER DATABASE {database.url.rsplit('/')[-1]} SET timezone = 'Asia/Tokyo'")
    noon = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)
    meeting_id = database.new_meeting()
    async with opened(database.url, tmp_path) as store:
        await store.begin(meeting_id)
        await store.save(Turn(meeting_id, "user", "hello", noon.astimezone(timezone(timedelta(hours=-5)))))
        await store.finish(meeting_id)
        [chunk] = await store.chunks(meeting_id)
    assert (chunk.timestamp, chunk.timestamp.tzinfo) == (noon, UTC)


async def test_what_we_commit_is_on_its_disk_even_where_the_deployment_does_not_wait_for_that(
    database, tmp_path
):
    database.run(
        f"""ALTER DATABASE {database.url.rsplit("/")[-1]} SET synchronous_commit = off;
            ALTER TABLE transcript_chunks ADD COLUMN how text DEFAULT current_setting('synchronous_commit')"""
    )
    meeting_id = database.new_meeting()
    async with opened(database.url, tmp_path) as store:
        await store.begin(meeting_id)
        await store.save(turn(meeting_id))
        await store.finish(meeting_id)
    assert database.run("SELECT how FROM transcript_chunks") == [("on",)]


async def test_meetings_are_not_ours_to_make(database, tmp_path):
    async with opened(database.url, tmp_path) as store:
        assert not store.creates_meetings
        with pytest.raises(RowRefused, match="made by the program that owns the database"):
            await store.create_meeting("Mine", None)


@pytest.mark.parametrize(
    ("schema", "grants", "said"),
    [
        ("", "", 'relation "meetings" does not exist'),
        (SCHEMA, "", "permission denied for table meetings"),
        (
            SCHEMA + "ALTER TABLE meetings DROP COLUMN prompt;",
            GRANTS.replace("prompt, ", ""),
            "prompt does not exist",
        ),
    ],
)
async def test_what_is_missing_in_the_database_is_said(new_database, tmp_path, schema, grants, said):
    async with opened(new_database(schema, grants).url, tmp_path) as store:
        with pytest.raises(StoreUnavailable, match=said):
            await store.ping()


async def test_a_server_that_is_stuck_holds_no_thread_for_long(postgres, database):
    engine = open_engine(database.url)
    with engine.begin() as connection:
        rows.look(connection)

    def ask() -> None:
        with engine.begin() as connection:
            rows.look(connection)

    with postgres.frozen(), anyio.fail_after(20), pytest.raises(OperationalError):
        await anyio.to_thread.run_sync(ask, abandon_on_cancel=True)
    ask()
    engine.dispose()


async def test_a_server_that_is_not_there_is_said_without_the_password(tmp_path, unused_port):
    with log_lines() as lines:
        async with opened(f"postgresql://me:hunter2@127.0.0.1:{unused_port}/name", tmp_path) as store:
            with pytest.raises(StoreUnavailable, match="Connection refused") as refused:
                await store.ping()
    assert "hunter2" not in f"{refused.value} {lines}"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "postgresql://me:hunter2@host/name?colour=red",
            "has an option that PostgreSQL does not know; take it out",
        ),
        ("postgresql://me:hunter2@host", "not a database that can be used"),
        ("postgresql://me:hunter2@host:port/name", "not a database that can be used"),
        ("postgresql+psycopg2://me:hunter2@host/name", "not a database that can be used"),
    ],
)
def test_an_address_that_cannot_be_used_is_one_sentence_without_the_password(url, said):
    bad = check_address(url)
    assert bad
    assert said in str(bad)
    assert "hunter2" not in str(bad)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me@host/name",
        "postgresql://me:hunter2@host:5433/name?sslmode=require&connect_timeout=1",
        "postgresql:///name?host=/var/run/postgresql",
        "postgresql://me@/name?host=a:5432&host=b:5432&target_session_attrs=read-write",
        "sqlite:///turnwise.db",
    ],
)
def test_an_address_is_written_plainly(url):
    assert check_address(url) is None


def test_without_the_driver_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    bad = check_address("postgresql://me@host/name")
    assert bad
    assert re.fullmatch(r"database.url: .*; install the extra turnwise\[postgres\]", str(bad))
    assert check_address("sqlite:///turnwise.db") is None
