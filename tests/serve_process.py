"""A real `agent serve` in a process of its own, in a folder with a person's settings."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from turnwise.agents.client.api import Api

from .patient_caller import PatientCaller

START_SECS = 60


class ServeProcess:
    """Where the server is, what it logs, and how it is told things."""

    def __init__(self, folder: Path, process: "subprocess.Popen[str]", said: dict[str, str]) -> None:
        self.url = said["ready"]
        self.sandbox_url = said.get("sandbox", "")
        self.process = process
        self._log = folder / "log"

    def hup(self) -> None:
        """What an operator sends after a change of the settings."""
        self.process.send_signal(signal.SIGHUP)

    def kill(self) -> None:
        """What a crash is."""
        self.process.kill()
        self.process.wait(10)

    @property
    def log(self) -> str:
        """All that it has said so far."""
        return self._log.read_text()

    async def says(self, words: str, times: int = 1, secs: float = 20.0) -> str:
        """The line of the log in which it says so."""
        try:
            async with asyncio.timeout(secs):
                while len(lines := [line for line in self.log.splitlines() if words in line]) < times:
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"never said {words!r}:\n{self.log}") from None
        return lines[-1]

    @asynccontextmanager
    async def call(
        self, meeting_id: str | None = None, agent: str | None = None
    ) -> AsyncIterator[PatientCaller]:
        """A call, in a new meeting unless one is named."""
        async with Api(self.url) as api:
            meeting_id = meeting_id or await api.create_meeting()
            token = await api.create_token(meeting_id, agent)
        async with PatientCaller.connect(self.url, meeting_id, token) as caller:
            yield caller


@asynccontextmanager
async def agent_serve(folder: Path, *arguments: str, **variables: str) -> AsyncIterator[ServeProcess]:
    """Runs it until the end of the block."""
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(
            [Path(sys.executable).parent / "agent", "serve", "--no-build", "--port", "0", *arguments],
            cwd=folder,
            env={"PATH": os.defpath, "HOME": str(folder), **variables},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            async with asyncio.timeout(START_SECS):
                said = await asyncio.to_thread(_read_addresses, process)
            yield ServeProcess(folder, process, said)
        finally:
            process.terminate()
            await asyncio.to_thread(process.communicate, timeout=30)


def _read_addresses(process: "subprocess.Popen[str]") -> dict[str, str]:
    said: dict[str, str] = {}
    for line in process.stdout or ():
        name, _, url = line.strip().partition(" ")
        said[name] = url
        if name == "ready":
            return said
    raise AssertionError("the server ended before it was ready; see its log")
