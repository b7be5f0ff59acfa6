"""A realtime model that does as a test tells it to, over a real WebSocket."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from pydantic import SecretStr
from turnwise.agents.call_context import CallContext
from turnwise.agents.settings.model import OpenAIAccess, StageSettings
from turnwise.agents.upstream import OpenAIUpstream
from websockets.asyncio.server import ServerConnection

from .calls import KeptTurns, a_call
from .running import eventually
from .socket_server import Session, SocketServer


class Mind(Session):
    """One session, as the model has it."""

    def __init__(self, connection: ServerConnection) -> None:
        super().__init__(connection)
        self.heard = b""
        self.events: list[dict[str, Any]] = []
        """All but audio, in order."""

    async def begins_to_hear(self, item: str = "said 1", at_ms: int = 0) -> None:
        """The user speaks."""
        await self.say("input_audio_buffer.speech_started", audio_start_ms=at_ms, item_id=item)

    async def heard_the_end(self, item: str = "said 1", at_ms: int = 100) -> None:
        """The user has stopped."""
        await self.say("input_audio_buffer.speech_stopped", audio_end_ms=at_ms, item_id=item)
        await self.say("input_audio_buffer.committed", item_id=item, previous_item_id=None)

    async def notices(self, item: str = "said 1") -> None:
        """The user speaks, and stops."""
        await self.begins_to_hear(item)
        await self.heard_the_end(item)

    async def understands(self, text: str, item: str = "said 1") -> None:
        """The user speaks and stops, and what it was is written down."""
        await self.notices(item)
        await self.writes_down(text, item)

    async def begins(self, response: str = "answer 1") -> None:
        await self.say("response.created", response={"id": response, "status": "in_progress"})

    async def tells(self, text: str, item: str = "item 1", response: str = "answer 1") -> None:
        where = {"response_id": response, "item_id": item, "output_index": 0, "content_index": 0}
        await self.say("response.output_audio_transcript.delta", delta=text, **where)

    async def speaks(self, secs: float, item: str = "item 1", response: str = "answer 1") -> None:
        audio = np.full(int(secs * 24_000), 5_000, np.int16).tobytes()
        where = {"response_id": response, "item_id": item, "output_index": 0, "content_index": 0}
        await self.say("response.output_audio.delta", delta=base64.b64encode(audio).decode(), **where)

    async def writes(self, text: str, response: str = "answer 1") -> None:
        where = {"response_id": response, "item_id": "item 1", "output_index": 0, "content_index": 0}
        await self.say("response.output_text.delta", delta=text, **where)

    async def ends(self, response: str = "answer 1", status: str = "completed", **details: Any) -> None:
        done = {"id": response, "status": status, "output": [], "usage": None, **details}
        await self.say("response.done", response=done)

    async def answers(self, text: str, response: str = "answer 1") -> None:
        """All of an answer at once."""
        await self.begins(response)
        await self.tells(text, f"item of {response}", response)
        await self.speaks(0.1, f"item of {response}", response)
        await self.ends(response)

    def told(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    async def is_told(self, kind: str, count: int = 1) -> list[dict[str, Any]]:
        await eventually(lambda: len(self.told(kind)) >= count)
        return self.told(kind)


class RealtimeModel(SocketServer):
    """What connected, and the turns of its calls."""

    def __init__(self) -> None:
        super().__init__()
        self.minds: list[Mind] = []
        self.recognisers: list[Mind] = []
        """Sessions that only write down what they hear."""
        self.opens = asyncio.Event()
        """Whether sessions to converse are opened; else whoever wants one waits."""
        self.opens.set()
        self.turns = KeptTurns()

    def call(self, *, barge_in: bool = False, vad: bool = False) -> CallContext:
        access = OpenAIAccess(SecretStr("key"), self.url)
        call = a_call(barge_in=barge_in, turns=self.turns)
        names = ["vad", "realtime"] if vad else ["realtime"]
        stages = tuple(StageSettings(name, name) for name in names)
        upstream = OpenAIUpstream(access).for_call("the call")
        return replace(call, agent=replace(call.agent, stages=stages), upstream=upstream)

    async def session(self, number: int = 1) -> Mind:
        """The session of this number, once it is set up."""
        await eventually(lambda: len(self.minds) >= number and self.minds[number - 1].told("session.update"))
        return self.minds[number - 1]

    async def recogniser(self, number: int = 1) -> Mind:
        """The session of this number that only writes down, once it has heard everything."""
        has_heard = "input_audio_buffer.commit"
        await eventually(
            lambda: len(self.recognisers) >= number and self.recognisers[number - 1].told(has_heard)
        )
        return self.recognisers[number - 1]

    async def serve(self, connection: ServerConnection) -> None:
        mind = Mind(connection)
        if "intent=transcription" in mind.path:
            self.recognisers.append(mind)
        else:
            self.minds.append(mind)
            await self.opens.wait()
        await mind.say("session.created", session={})
        async for message in connection:
            event = json.loads(message)
            if event["type"] == "input_audio_buffer.append":
                mind.heard += base64.b64decode(event["audio"])
                continue
            if event["type"] == "session.update":
                await mind.say("session.updated", session=event["session"])
            mind.events.append(event)


@asynccontextmanager
async def realtime_model() -> AsyncIterator[RealtimeModel]:
    model = RealtimeModel()
    async with model.listening():
        yield model
