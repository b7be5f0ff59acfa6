"""What the store says of a database that it cannot use: one sentence with what to do."""

import sqlite3
from contextlib import closing

import pytest
from turnwise.agents.store import sqlite
from turnwise.agents.store.engine import open_engine
from turnwise.agents.store.errors import StoreUnavailable
from turnwise.agents.store.store import SqlStore


def _missing_folder(file):
    return f"sqlite:///{file.parent / 'nowhere' / 'turnwise.db'}"


def _folder(file):
    return f"sqlite:///{file.parent}"


def _no_database(file):
    file.write_text("Dear diary, " * 1000)
    return f"sqlite:///{file}"


def _read_only(file):
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE diary (text)")
    # Permissions do not hold an administrator back; this does.
    return f"sqlite:///file:{file}?mode=ro&uri=true"


@pytest.mark.parametrize(
    ("url_for", "sentence"),
    [
        pytest.param(
            _missing_folder, "nowhere/turnwise.db: it cannot be opened; make its folder", id="folder"
        ),
        pytest.param(_folder, "it cannot be opened", id="a folder"),
        pytest.param(
            _no_database, "turnwise.db: it is not an SQLite database; move it away", id="another file"
        ),
        pytest.param(_read_only, "it is read-only; make the file and its folder writable", id="read-only"),
        pytest.param(lambda _: "turnwise.db", "write sqlite:///turnwise.db or postgres", id="no URL"),
        pytest.param(lambda _: "sqlite://", "write sqlite:///turnwise.db or postgres", id="no file"),
        pytest.param(
            lambda _: "mysql://h/d", "write sqlite:///turnwise.db or postgres", id="another database"
        ),
    ],
)
def test_an_unusable_database_is_one_sentence(file, url_for, sentence):
    with pytest.raises(StoreUnavailable, match=sentence) as refused:
        SqlStore.open(url_for(file))
    assert "\n" not in str(refused.value)


def test_a_password_is_not_repeated():
    with pytest.raises(StoreUnavailable) as refused:
        SqlStore.open("mysql://me:hunter2@host/name")
    assert "hunter2" not in str(refused.value)


def test_a_file_that_another_program_locks_is_tried_again(file, monkeypatch):
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        monkeypatch.setattr("time.sleep", lambda _: other.execute("COMMIT"))
        open_engine(f"sqlite:///{file}").dispose()


def test_a_file_that_stays_locked_is_one_sentence(file, monkeypatch):
    monkeypatch.setattr(sqlite, "OPEN_WAIT_SECS", 0)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreUnavailable, match="another program keeps it locked; end that program"):
            open_engine(f"sqlite:///{file}")


def test_a_file_keeps_what_is_committed_through_a_power_cut(file):
    engine = open_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    engine.dispose()
    assert pragmas == ["wal", 2, 1]
