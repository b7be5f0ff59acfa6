"""A running `agent serve` with its sandbox, as a person starts it: in an empty folder, without a key."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from turnwise.agents.client.address import Transport
from turnwise.agents.client.api import Api
from turnwise.agents.client.speech import read_wav

from ..conftest import SPEECH
from ..patience import PATIENCE_SECS
from ..patient_caller import PatientCaller
from ..postgres import Database

START_SECS = 60

LOCAL_SETTINGS = """
[log]
level = "DEBUG"

[server]
rejoin_secs = 3.0

[agents.greeter]
extends = "default"
greeting = "Welcome to the museum."

[agents.interruptible] # what is late because the machine is busy is no fault of an upstream
extends = "default"
barge_in = true
[agents.interruptible.stt]
answer_secs = 20.0
[agents.interruptible.llm]
first_token_secs = 20.0
[agents.interruptible.recovery]
answer_secs = 20.0

[agents.talkative]
extends = "interruptible"
greeting = "Welcome to the museum. We are open from nine to five on every day but Monday."

[agents.brief]
extends = "talkative"
max_call_secs = 3.0

[agents.realtime_over_webrtc]
extends = "realtime"
[agents.realtime_over_webrtc.realtime]
upstream = "webrtc"

[agents.impatient]
extends = "default"
idle_secs = 2.0

[agents.short]
extends = "default"
max_call_secs = 2.0

[agents.clerk]
extends = "default"
tools = [
  "my_tools:order", "my_tools:weather", "my_tools:opening_hours", "my_tools:book_table",
  "my_tools:note_name", "end_call",
]
[agents.clerk.tool_calls]
tool_secs = 6.0
filler_after_secs = 1.0

[agents.listening_clerk]
extends = "clerk"
barge_in = true

[agents.uploader]
extends = "default"
[agents.uploader.stt]
use = "openai"
model = "gpt-transcribe"

[agents.attentive]
extends = "realtime"
pipeline = "gate -> vad -> realtime"

[agents.welcoming]
extends = "realtime"
barge_in = true
greeting = "Welcome to the museum. We are open from nine to five on every day but Monday."

[agents.forgetful]
extends = "default"
[agents.forgetful.transcript]
use = "none"

[agents.stock]
extends = "default"
[agents.stock.stt]
use = "pipecat.services.openai.stt:OpenAISTTService"
[agents.stock.llm]
use = "pipecat.services.openai.llm:OpenAILLMService"
[agents.stock.llm.settings]
model = "gpt-6-luna"
[agents.stock.tts]
use = "pipecat.services.openai.tts:OpenAITTSService"
[agents.stock.tts.settings]
voice = "alloy"

[agents.quiet]
extends = "default"
[agents.quiet.stt]
use = "stock_recogniser:stock_recogniser"
model = "gpt-transcribe"

[agents.smart]
extends = "default"
[agents.smart.endpointing]
use = "smart"

[agents.stumbling]
extends = "default"
pipeline = "gate -> vad -> stt -> llm -> faulty -> tts"
[agents.stumbling.faulty]
use = "faulty:RaisesOnce"

[agents.deaf]
extends = "default"
pipeline = "gate -> faulty -> vad -> stt -> llm -> tts"
[agents.deaf.faulty]
use = "faulty:RaisesOnAudio"

[agents.hopeless]
extends = "default"
pipeline = "gate -> faulty -> vad -> stt -> llm -> tts"
[agents.hopeless.faulty]
use = "faulty:RaisesOnAll"
"""


class House:
    """Where the server and its sandbox are, and what they have said."""

    def __init__(self, folder: Path, database: Database | None = None) -> None:
        """`database` is a deployment's PostgreSQL, in place of SQLite in the folder."""
        self.database = database
        (folder / "settings.local.toml").write_text(LOCAL_SETTINGS)
        for mine in ("my_tools.py", "stock_recogniser.py", "faulty.py"):
            shutil.copy(Path(__file__).parent / mine, folder)
        self.folder = folder
        self.log_file = folder / "log"
        self._log = self.log_file.open("w")
        self.process = subprocess.Popen(
            [Path(sys.executable).parent / "agent", "serve", "--no-build", "--port", "0"],
            cwd=folder,
            env={"PATH": os.defpath, "HOME": str(folder), **_variables(database)},
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self.sandbox_url, self.url = self._read_addresses()

    def _read_addresses(self) -> tuple[str, str]:
        killer = threading.Timer(START_SECS, self.process.kill)
        killer.start()
        found: dict[str, str] = {}
        for line in self.process.stdout or ():
            name, _, url = line.strip().partition(" ")
            found[name] = url
            if name == "ready":
                break
        killer.cancel()
        assert {"sandbox", "ready"} <= found.keys(), self.log_file.read_text()
        return found["sandbox"], found["ready"]

    def close(self) -> None:
        """Ends it as Ctrl-C would."""
        self.process.terminate()
        self.process.wait(20)
        if self.process.stdout:
            self.process.stdout.close()
        self._log.close()

    def wav(self, name: str) -> bytes:
        """A recording as the microphone hears it."""
        return read_wav(SPEECH / f"{name}.wav")

    async def new_meeting(self, prompt: str | None = None) -> str:
        """A meeting to call in, made by whoever makes them there."""
        if self.database:
            return await asyncio.to_thread(self.database.new_meeting, prompt)
        async with Api(self.url) as api:
            return await api.create_meeting(prompt=prompt)

    @asynccontextmanager
    async def call(
        self, meeting_id: str | None = None, agent: str | None = None, transport: Transport = "websocket"
    ) -> AsyncIterator[PatientCaller]:
        """A call, in a new meeting unless one is named."""
        meeting_id = meeting_id or await self.new_meeting()
        async with Api(self.url) as api:
            token = await api.create_token(meeting_id, agent)
        async with PatientCaller.connect(self.url, meeting_id, token, transport=transport) as caller:
            yield caller

    async def transcript(self, meeting_id: str) -> dict[str, Any]:
        """What the server has stored."""
        async with Api(self.url) as api:
            return await api.transcript(meeting_id)

    async def behave(self, meeting_id: str, stage: str, **how: Any) -> None:
        """Makes the sandbox slow or faulty for the calls of one meeting."""
        async with httpx2.AsyncClient() as client:
            url = f"{self._sandbox_root}/sandbox/behaviour"
            answer = await client.put(url, json={"stage": stage, "call": meeting_id, **how})
            assert answer.is_success, answer.text

    async def requests(self, meeting_id: str, stage: str) -> list[dict[str, Any]]:
        """What the sandbox was asked in the calls of one meeting."""
        async with httpx2.AsyncClient() as client:
            answer = await client.get(f"{self._sandbox_root}/sandbox/requests")
        return [each for each in answer.json() if (each["call"], each["stage"]) == (meeting_id, stage)]

    async def becomes(self, meeting_id: str, status: str) -> dict[str, Any]:
        """What is stored of a meeting, once its status is this."""
        async with asyncio.timeout(PATIENCE_SECS):
            while (stored := await self.transcript(meeting_id))["status"] != status:
                await asyncio.sleep(0.05)
        return stored

    async def how_over(self, meeting_id: str) -> str:
        """How a meeting's first call ended as the server sees it, once it does."""
        call = re.compile(rf"INFO +(\w+) call of agent \w+ in meeting {meeting_id}")
        async with asyncio.timeout(PATIENCE_SECS):
            while True:
                log = self.log_file.read_text()
                found = call.search(log)
                if over := found and re.search(rf"{found[1]} call over: (.+)", log):
                    return over[1]
                await asyncio.sleep(0.05)

    async def active_calls(self) -> int:
        """How many calls the server has now."""
        async with httpx2.AsyncClient() as client:
            lines = (await client.get(f"{self.url}/metrics")).text.splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("turnwise_calls_active "))

    @property
    def _sandbox_root(self) -> str:
        return self.sandbox_url.removesuffix("/v1")


def _variables(database: Database | None) -> dict[str, str]:
    return {"TURNWISE_DATABASE__URL": database.url} if database else {}
