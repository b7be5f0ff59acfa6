"""Programs that tests run beside themselves: each says a line when it is ready and reads one to go on."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path


class Program:
    """One of the functions below in a process of its own."""

    def __init__(self, *arguments: object) -> None:
        command = [sys.executable, "-u", __file__, *map(str, arguments)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdin
        assert self._process.stdout
        self._stdin, self._stdout = self._process.stdin, self._process.stdout

    def line(self) -> str:
        """What it says next."""
        return self._stdout.readline().rstrip("\n")

    def go_on(self) -> None:
        self._stdin.write("go on\n")
        self._stdin.flush()

    def kill(self) -> list[str]:
        """End it at once, and leave it as a zombie; what it still said."""
        self._process.kill()
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        return self._stdout.read().splitlines()

    def end(self) -> None:
        with self._process:
            self._process.kill()


@contextmanager
def running(*arguments: object) -> Iterator[Program]:
    """Start a program, which has said its first line."""
    program = Program(*arguments)
    try:
        assert program.line() == "ready"
        yield program
    finally:
        program.end()


def lock(file: str) -> None:
    """Hold the write lock until told to let go."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        print("ready")
        sys.stdin.readline()
        connection.execute("ROLLBACK")


def save(url: str, folder: str, meeting_id: str, name: str, count: str) -> None:
    """Save turns all at once; a count of -1 goes on for ever, with a line for each that is durable."""
    from turnwise.agents.store.opening import open_store
    from turnwise.agents.store.sink import Turn

    async def run() -> None:
        store = open_store(url, Path(folder))
        print("ready")
        sys.stdin.readline()

        async def save_one(number: int) -> None:
            chunk = await store.save(Turn(meeting_id, "agent", f"{name} {number}", datetime.now(UTC)))
            print(chunk.id, chunk.sequence_number, chunk.text)

        if count == "-1":
            for first in range(0, sys.maxsize, 5):
                await asyncio.gather(*map(save_one, range(first, first + 5)))
        await asyncio.gather(*map(save_one, range(int(count))))
        await store.close()

    asyncio.run(run())


def use_tokens(file: str, jti: str, tries: str) -> None:
    """Use the same token up many times at once; say how often it was the first."""
    from turnwise.agents.local_state import LocalState

    async def run() -> None:
        state = LocalState.open(Path(file))
        print("ready")
        sys.stdin.readline()
        used = await asyncio.gather(*(state.use_token(jti, datetime.now(UTC)) for _ in range(int(tries))))
        print(sum(used))
        await state.close()

    asyncio.run(run())


def call(file: str, *meeting_ids: str) -> None:
    """Be a server with live calls until told to end."""
    from turnwise.agents.local_state import LocalState

    async def run() -> None:
        state = LocalState.open(Path(file))
        for meeting_id in meeting_ids:
            await state.call_started(meeting_id)
        print("ready")
        sys.stdin.readline()
        await state.close()

    asyncio.run(run())


def claim(file: str) -> None:
    """Be a server that is handing a finished meeting on until told to end."""
    from turnwise.agents.after_call.jobs import Jobs
    from turnwise.agents.local_state import LocalState

    async def run() -> None:
        state = LocalState.open(Path(file))
        assert await Jobs(state).claim()
        print("ready")
        sys.stdin.readline()
        await state.close()

    asyncio.run(run())


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
