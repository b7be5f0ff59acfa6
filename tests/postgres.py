"""A real PostgreSQL server for tests, from Debian's binaries, in a temporary folder of its own."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, LiteralString, cast

import psycopg

from .needed import cannot

SCHEMA = (Path(__file__).parent / "schema.sql").read_text()

GRANTS = """
    GRANT SELECT (id, user_id, agent_id, prompt, status),
          UPDATE (status, started_at, ended_at, processing_started_at, transcript_collected, error)
          ON meetings TO turnwise;
    GRANT SELECT, INSERT ON transcript_chunks TO turnwise;
"""
"""All that docs/database.md asks for."""

_START_SECS = 30


class Database:
    """One database of the server: what the program gets, and what the other programs do in it."""

    def __init__(self, server: "Server", name: str) -> None:
        self._server = server
        self.name = name

    @property
    def url(self) -> str:
        """As the program under test gets it: a role that owns nothing and may create nothing."""
        return f"postgresql://turnwise@127.0.0.1:{self._server.port}/{self.name}"

    def run(self, statements: str, *values: Any) -> list[tuple[Any, ...]]:
        """Statements of the database's owner; the rows of the last one."""
        with self.connect() as connection:
            cursor = connection.execute(cast(LiteralString, statements), values or None)
            return cursor.fetchall() if cursor.description else []

    @contextlib.contextmanager
    def connect(self) -> Iterator[psycopg.Connection[Any]]:
        """The owner's connection; commits at the end."""
        address = f"postgresql://postgres@127.0.0.1:{self._server.port}/{self.name}"
        with psycopg.connect(address) as connection:
            yield connection

    def set_up(self, schema: str, grants: str) -> None:
        """Begin anew, with other tables; much cheaper than another database, for crashes too."""
        self.run(
            f"""ALTER DATABASE {self.name} RESET ALL; DROP SCHEMA IF EXISTS app CASCADE;
                DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO turnwise;
                {schema}{grants}"""
        )

    def new_meeting(self, prompt: str | None = None, **columns: Any) -> str:
        """A meeting as another program makes it; its id."""
        columns = {"name": "Meeting", "user_id": "ann", "agent_id": "default", "prompt": prompt, **columns}
        names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
        [(meeting_id,)] = self.run(
            f"INSERT INTO meetings ({names}) VALUES ({marks}) RETURNING id", *columns.values()
        )
        return str(meeting_id)

    def chunks(self, meeting_id: str) -> list[tuple[int, str, str]]:
        """Number, speaker and text of each row, in order."""
        query = (
            "SELECT sequence_number, speaker_type::text, text FROM transcript_chunks WHERE meeting_id = %s"
        )
        return self.run(f"{query} ORDER BY sequence_number, id", meeting_id)

    def meeting(
        self, meeting_id: str, columns: str = "status::text, transcript_collected"
    ) -> tuple[Any, ...]:
        """Columns of a meeting."""
        return self.run(f"SELECT {columns} FROM meetings WHERE id = %s", meeting_id)[0]


class Server:
    """The server, which tests may stop as hard as they like."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._user = "postgres" if os.getuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="turnwise-pg-", dir="/tmp"))
        if self._user:
            shutil.chown(self._folder, self._user)
        self._data = self._folder / "data"
        self.port = free_port()
        self._numbers = count(1)
        self._tool("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()
        Database(self, "postgres").run("CREATE ROLE turnwise LOGIN")

    def start(self) -> None:
        """Start it, again after a stop; returns once it answers."""
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1"
        # -W would return at once; -w waits, and a server that crashed before recovers first.
        self._tool(
            "pg_ctl",
            "-w",
            "-t",
            _START_SECS,
            "-D",
            self._data,
            "-l",
            self._folder / "log",
            "-o",
            options,
            "start",
        )

    def stop_hard(self) -> None:
        """As a crash of the server: nothing is finished, nothing is said to clients."""
        self._tool("pg_ctl", "-w", "-D", self._data, "-m", "immediate", "stop")

    def kill(self) -> None:
        """End all of its processes at once, as the kernel does when memory is short."""
        processes = self._processes()
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        for process in processes:
            while Path(f"/proc/{process}").exists() and _state(process) != "Z":
                pass
        # They name the dead process, which may still be there as a zombie.
        for lock in (self._data / "postmaster.pid", self._folder / f".s.PGSQL.{self.port}.lock"):
            lock.unlink(missing_ok=True)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """It keeps its connections but answers nothing."""
        processes = self._processes()
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Not there for a while, after a hard stop."""
        self.stop_hard()
        try:
            yield
        finally:
            self.start()

    def close(self) -> None:
        """Stop it and remove every trace."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop_hard()
        shutil.rmtree(self._folder, ignore_errors=True)

    def new_database(self, schema: str = SCHEMA, grants: str = GRANTS) -> Database:
        """A database with a deployment's tables."""
        name = f"deployment{next(self._numbers)}"
        address = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(cast(LiteralString, f"CREATE DATABASE {name}"))
        database = Database(self, name)
        database.set_up(schema, grants)
        return database

    def _processes(self) -> list[int]:
        """The postmaster first, then its children."""
        postmaster = int((self._data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text()
        return [postmaster, *map(int, children.split())]

    def _tool(self, name: str, *arguments: object) -> None:
        """Runs one of PostgreSQL's programs, which refuse to run as root."""
        subprocess.run(
            [self._binaries / name, *map(str, arguments)],
            user=self._user,
            group=pwd.getpwnam(self._user).pw_gid if self._user else None,
            extra_groups=[] if self._user else None,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )


def start_server() -> Server:
    """A new server; skips the test where PostgreSQL is not installed, and fails it where CI demands it."""
    binaries = _find_binaries()
    if binaries is None:
        cannot("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")
    return Server(binaries)


def _find_binaries() -> Path | None:
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    on_path = shutil.which("pg_ctl")
    found = [*reversed(debian), *([Path(on_path).parent] if on_path else [])]
    return next((path for path in found if (path / "initdb").exists()), None)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def _state(process: int) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"
