"""What is saved stays saved, in order and once, whatever happens to the database or to us."""

import asyncio
import sqlite3
from collections import defaultdict
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import anyio
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import IntegrityError, OperationalError
from turnwise.agents.store import rows
from turnwise.agents.store.engine import WRITES, open_engine
from turnwise.agents.store.errors import RowRefused, StoreUnavailable
from turnwise.agents.store.sink import Turn
from turnwise.agents.store.store import SqlStore
from turnwise.agents.store.writer import BATCH, Writer

from .deployment import log_lines, turn, until_ready
from .programs import running

pytestmark = pytest.mark.anyio


@contextmanager
def locked(file):
    """Another program that holds the write lock."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


async def until_running(count: int):
    """Let tasks that were just made queue their work."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_many_savers_get_one_sequence_per_meeting_in_their_order(store):
    meetings = [(await store.create_meeting(f"Meeting {n}", None)).id for n in range(10)]
    saved = [(meetings[n % 10], f"{n}") for n in range(500)]
    chunks = await asyncio.gather(*(store.save(turn(meeting, text)) for meeting, text in saved))
    expected = defaultdict(list)
    for meeting, text in saved:
        expected[meeting].append((len(expected[meeting]) + 1, text))
    read = {m: [(c.sequence_number, c.text) for c in await store.chunks(m)] for m in meetings}
    assert read == expected
    assert [c.text for c in chunks] == [text for _, text in saved]


async def test_what_is_queued_shares_a_transaction(store, file):
    meeting = await store.create_meeting("Interview", None)
    with locked(file):
        saving = [asyncio.create_task(store.save(turn(meeting.id))) for _ in range(BATCH)]
        await until_running(2)
        commits: list[Connection] = []
        event.listen(store._engine, "commit", commits.append)
    await asyncio.gather(*saving)
    # The first may have gone alone, before the others were queued.
    assert len(commits) <= 2


async def test_a_database_locked_by_another_program_is_tried_again(store, file):
    meeting = await store.create_meeting("Interview", None)
    with running("lock", file) as program, anyio.fail_after(5):
        saving = [asyncio.create_task(store.save(turn(meeting.id, str(n)))) for n in range(20)]
        await until_ready(store, ready=False)
        assert not any(task.done() for task in saving)
        program.go_on()
        chunks = await asyncio.gather(*saving)
    await store.ping()
    assert [(c.sequence_number, c.text) for c in chunks] == [(n + 1, str(n)) for n in range(20)]


async def test_a_locked_database_does_not_hold_up_the_loop(store, file):
    meeting = await store.create_meeting("Interview", None)
    loop = asyncio.get_running_loop()
    longest_secs = 0.0
    with locked(file):
        saving = asyncio.create_task(store.save(turn(meeting.id)))
        watching = asyncio.create_task(until_ready(store, ready=False))
        while not watching.done():
            before = loop.time()
            await asyncio.sleep(0.005)
            longest_secs = max(longest_secs, loop.time() - before)
    await saving
    assert longest_secs < 1.0


async def test_a_turn_that_nobody_waits_for_any_more_is_saved(store, file):
    meeting = await store.create_meeting("Interview", None)
    with locked(file):
        saving = asyncio.create_task(store.save(turn(meeting.id)))
        await until_running(2)
        saving.cancel()
    with anyio.fail_after(5):
        await store.save(turn(meeting.id, "next"))
    assert [c.text for c in await store.chunks(meeting.id)] == ["hello", "next"]


async def test_closing_writes_what_is_queued(file):
    store = SqlStore.open(f"sqlite:///{file}")
    meeting = await store.create_meeting("Interview", None)
    saving = [asyncio.create_task(store.save(turn(meeting.id))) for _ in range(BATCH + 100)]
    await until_running(2)
    await store.close()
    await asyncio.gather(*saving)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM transcript_chunks").fetchone() == (BATCH + 100,)


async def test_closing_gives_up_on_a_database_that_does_not_come_back(file):
    engine = open_engine(f"sqlite:///{file}")
    writer = Writer(engine)
    with locked(file):
        work = writer.submit("a chunk", lambda connection: None)
        with anyio.fail_after(5):
            await anyio.to_thread.run_sync(writer.close, 0, abandon_on_cancel=True)
    engine.dispose()
    with pytest.raises(StoreUnavailable, match="closed before the database came back"):
        work.result(timeout=0)


@pytest.mark.parametrize(
    "poison",
    [
        pytest.param(lambda m: Turn("gone", "user", "a secret", datetime.now(UTC)), id="its meeting is gone"),
        pytest.param(lambda m: Turn(m, "robot", "a secret", datetime.now(UTC)), id="no such speaker"),  # type: ignore[arg-type]
        pytest.param(lambda m: Turn(m, "user", "a secret \ud800", datetime.now(UTC)), id="half a character"),
    ],
)
async def test_a_row_that_is_refused_does_not_hold_up_the_others(store, file, poison):
    meeting = await store.create_meeting("Interview", None)
    turns = [turn(meeting.id, "1"), poison(meeting.id), turn(meeting.id, "2")]
    with locked(file):
        saving = [asyncio.create_task(store.save(each)) for each in turns]
        await until_running(2)
    with log_lines() as lines, anyio.fail_after(5):
        with pytest.raises(RowRefused) as refused:
            await saving[1]
        assert [(await saving[n]).sequence_number for n in (0, 2)] == [1, 2]
    assert any("is set aside" in line and turns[1].meeting_id in line for line in lines)
    assert "secret" not in "".join([*lines, str(refused.value)])


def test_what_the_database_says_of_a_refused_row_is_not_repeated(file):
    engine = open_engine(f"sqlite:///{file}")
    writer = Writer(engine)

    def run(_connection):
        raise IntegrityError("", {}, Exception("failing row contains (a secret)"))

    with log_lines() as lines, pytest.raises(RowRefused) as refused:
        writer.submit("chunk c1", run).result(timeout=5)
    writer.close(0)
    engine.dispose()
    assert "secret" not in "".join([*lines, str(refused.value), str(refused.value.__cause__)])


async def test_a_meeting_deleted_in_mid_call_refuses_its_turns(store, file):
    meeting = await store.create_meeting("Interview", None)
    await store.save(turn(meeting.id))
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM meetings")
    with pytest.raises(RowRefused, match="its meeting does not exist"):
        await store.save(turn(meeting.id))
    await store.ping()


def test_a_turn_whose_commit_was_never_answered_is_not_doubled(file):
    engine = open_engine(f"sqlite:///{file}").execution_options(**WRITES)
    meeting = rows.Meeting("m", "local", "default", None, "upcoming", "Interview")
    said = turn("m")
    with engine.begin() as connection:
        rows.insert_meeting(connection, meeting)
        first = rows.insert_turn(connection, "c1", said)
    with engine.begin() as connection:
        other = rows.insert_turn(connection, "c2", said)
        again = rows.insert_turn(connection, "c1", said)
        chunks = rows.read_chunks(connection, "m")
    engine.dispose()
    assert (again, chunks) == (first, [first, other])


def test_a_transient_error_is_tried_again(file):
    engine = open_engine(f"sqlite:///{file}")
    writer = Writer(engine)
    errors = [OperationalError("", {}, Exception("the server is restarting")) for _ in range(2)]

    def run(_connection):
        if errors:
            raise errors.pop()
        return "done"

    assert writer.submit("a chunk", run).result(timeout=5) == "done"
    assert writer.trouble is None
    writer.close(0)
    engine.dispose()


async def test_two_processes_share_one_sequence(store, file):
    meeting = await store.create_meeting("Interview", None)
    with running("save", f"sqlite:///{file}", file.parent, meeting.id, "theirs", 100) as program:
        program.go_on()
        await asyncio.gather(*(store.save(turn(meeting.id, f"ours {n}")) for n in range(100)))
        for _ in range(100):
            await anyio.to_thread.run_sync(program.line)
    chunks = await store.chunks(meeting.id)
    assert [c.sequence_number for c in chunks] == list(range(1, 201))
    for name in ("ours", "theirs"):
        assert [c.text for c in chunks if c.text.startswith(name)] == [f"{name} {n}" for n in range(100)]


async def test_killed_in_mid_writing_nothing_acknowledged_is_lost_or_doubled(store, file):
    meeting = await store.create_meeting("Interview", None)
    acknowledged = []
    for life in range(5):
        with running("save", f"sqlite:///{file}", file.parent, meeting.id, f"life {life}:", -1) as program:
            program.go_on()
            acknowledged += [program.line() for _ in range(20 + 13 * life)]
            # Its last word may have been cut short.
            acknowledged += program.kill()[:-1]
    chunks = await store.chunks(meeting.id)
    assert [c.sequence_number for c in chunks] == list(range(1, len(chunks) + 1))
    stored = [f"{c.id} {c.sequence_number} {c.text}" for c in chunks]
    assert [row for row in stored if row in set(acknowledged)] == acknowledged
