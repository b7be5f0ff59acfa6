"""An `agent serve` of its own with its sandbox, at the delays of real services."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx2
from turnwise.agents.settings.layers import SHIPPED_SETTINGS

from .processes import children_of
from .ways import REALTIME, REALTIME_OVER_WEBRTC

DELAYS: tuple[dict[str, Any], ...] = (
    {"stage": "stt", "delay_ms": 200},
    {"stage": "llm", "delay_ms": 300, "per_token_ms": 20},
    {"stage": "tts", "delay_ms": 150, "speed": 4},
    {"stage": "realtime", "delay_ms": 500, "per_token_ms": 30, "speed": 4},
)
"""To the first byte, between tokens, and how many times real time the voice comes."""

_SETTINGS = 'extends = "shipped"\n'
_UPSTREAM = f"""
[agents.{REALTIME_OVER_WEBRTC}]
extends = "{REALTIME}"
[agents.{REALTIME_OVER_WEBRTC}.realtime]
upstream = "webrtc"
"""


class NotRunning(Exception):
    """The server did not start; its message is the log's last line."""


@dataclass(frozen=True)
class Running:
    """Where a server and its sandbox are, and their processes."""

    url: str
    sandbox_url: str
    pid: int
    sandbox_pid: int
    client: httpx2.AsyncClient
    """One for everything that is asked beside the calls, so that asking opens as many sockets each time."""

    async def agents(self) -> set[str]:
        """The agents that can be called."""
        return {each["name"] for each in (await self._get(f"{self.url}/api/agents"))["agents"]}

    async def requests(self, meeting_id: str) -> list[dict[str, Any]]:
        """What the sandbox has been asked in the calls of a meeting."""
        entries = await self._get(f"{self.sandbox_url}/sandbox/requests")
        return [entry for entry in entries if entry["call"] == meeting_id]

    async def open_sessions(self) -> int:
        """How many realtime sessions the sandbox has open, the recogniser's included."""
        return len(await self._get(f"{self.sandbox_url}/sandbox/sessions"))

    async def behave(self, behaviour: dict[str, Any]) -> None:
        """Sets a delay."""
        url = f"{self.sandbox_url}/sandbox/behaviour"
        (await self.client.put(url, json=behaviour)).raise_for_status()

    async def active_calls(self) -> int:
        """How many calls there are now."""
        lines = (await self.client.get(f"{self.url}/metrics")).text.splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("turnwise_calls_active "))

    async def _get(self, url: str) -> Any:
        return (await self.client.get(url)).raise_for_status().json()


@asynccontextmanager
async def running() -> AsyncIterator[Running]:
    """Starts one in an empty folder, and ends it with the block.

    Raises:
        NotRunning: it ended before it was ready.
    """
    with tempfile.TemporaryDirectory() as name, (Path(name) / "log").open("w+") as log:
        process = _serve(Path(name), log)
        try:
            said = await asyncio.to_thread(_addresses, process)
            if "ready" not in said:
                log.seek(0)
                raise NotRunning(log.read().strip().rpartition("\n")[2])
            (sandbox_pid,) = children_of(process.pid)
            root = said["sandbox"].removesuffix("/v1")
            async with httpx2.AsyncClient() as client:
                server = Running(said["ready"], root, process.pid, sandbox_pid, client)
                for behaviour in DELAYS:
                    await server.behave(behaviour)
                yield server
        finally:
            process.terminate()
            await asyncio.to_thread(process.communicate)


def _serve(folder: Path, log: IO[str]) -> "subprocess.Popen[str]":
    """As a person starts it, who has set nothing."""
    has_realtime = f"[agents.{REALTIME}]" in SHIPPED_SETTINGS.read_text(encoding="utf-8")
    (folder / "settings.toml").write_text(_SETTINGS + (_UPSTREAM if has_realtime else ""))
    ours = ("OPENAI_", "TURNWISE_")
    return subprocess.Popen(  # noqa: S603
        [Path(sys.executable).parent / "agent", "serve", "--no-build", "--port", "0"],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith(ours)},
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )


def _addresses(process: "subprocess.Popen[str]") -> dict[str, str]:
    said: dict[str, str] = {}
    for line in process.stdout or ():
        name, _, url = line.strip().partition(" ")
        said[name] = url
        if name == "ready":
            break
    return said
