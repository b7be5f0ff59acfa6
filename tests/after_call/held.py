"""Meetings that are held in a moment: a real call without speech, its turns put down for it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from turnwise.agents.client.caller import Caller as Phone
from turnwise.agents.store.sink import Turn

from ..servers import Served, serving
from ..web.conftest import Caller
from .receiver import SECRET

SAID = "My number is 555 0199."
ANSWERED = "Thank you, I have it."
WHEN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def webhook(url: str) -> str:
    """The settings that name a webhook."""
    return f'[server]\nrejoin_secs = 0.0\n[after_call]\nuse = "webhook"\nurl = "{url}"\n'


@asynccontextmanager
async def server(folder: Path, text: str) -> AsyncIterator[Served]:
    """A server with these settings, and the secret of a webhook that they name."""
    variables = {"TURNWISE_AFTER_CALL__SECRET": SECRET} if "webhook" in text else {}
    async with serving(folder, text, **variables) as served:
        yield served


@asynccontextmanager
async def call(served: Served) -> AsyncIterator[Phone]:
    """A call in which both have said something."""
    caller = await Caller.of_new_meeting(served)
    async with Phone.connect(served.url, caller.meeting_id, caller.token()) as phone:
        await phone.wait_for_state("listening")
        store = served.turnwise.services.store
        await store.save(Turn(caller.meeting_id, "user", SAID, WHEN))
        await store.save(Turn(caller.meeting_id, "agent", ANSWERED, WHEN))
        yield phone


async def hold(served: Served) -> None:
    """A whole meeting, ended by a hang-up."""
    async with call(served):
        pass


def jobs(folder: Path) -> list[dict[str, Any]]:
    """What a server's state file says of meetings that are not handed on yet."""
    with closing(sqlite3.connect(folder / "turnwise.state.db")) as state:
        state.row_factory = sqlite3.Row
        return [dict(row) for row in state.execute("SELECT * FROM after_call")]


async def settled(folder: Path, secs: float = 20.0) -> None:
    """Returns once nothing is left to be handed on."""
    async with asyncio.timeout(secs):
        while jobs(folder):
            await asyncio.sleep(0.02)
