"""The ways that a turn can take from the microphone to the model and back."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from turnwise.agents.client.api import Api
from turnwise.agents.client.caller import Caller
from turnwise.agents.wire import AgentState

CASCADE, REALTIME, REALTIME_OVER_WEBRTC = "default", "realtime", "realtime-webrtc"


@dataclass(frozen=True)
class Way:
    """A browser's transport, and the agent at its end."""

    transport: Literal["websocket", "webrtc"]
    agent: str

    @property
    def name(self) -> str:
        """As the tables show it."""
        return f"{self.transport}, {self.agent}"


WAYS = (
    Way("websocket", CASCADE),
    Way("webrtc", CASCADE),
    Way("websocket", REALTIME),
    Way("webrtc", REALTIME),
    Way("websocket", REALTIME_OVER_WEBRTC),
)


@dataclass(frozen=True)
class Line:
    """A call that has been set up, and how long that took: until the agent said that it listens."""

    caller: Caller
    meeting_id: str
    set_up_ms: float


@asynccontextmanager
async def call(url: str, way: Way) -> AsyncIterator[Line]:
    """A call in a meeting of its own; the meeting and the token are made before the clock starts."""
    async with Api(url) as api:
        meeting_id = await api.create_meeting()
        token = await api.create_token(meeting_id, way.agent)
    began_secs = time.monotonic()
    async with Caller.connect(url, meeting_id, token, transport=way.transport) as caller:
        await caller.wait_for_state(AgentState.LISTENING)
        yield Line(caller, meeting_id, (time.monotonic() - began_secs) * 1000)
