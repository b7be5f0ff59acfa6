"""A client's end of a session, and what is said over it."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from openai import AsyncOpenAI

SILENCE = bytes(48_000)
"""A second of it, 24 kHz mono s16le: the end of a turn."""


class Session:
    """A client's end, with everything that came in `events`."""

    def __init__(self, connection) -> None:
        self._connection = connection
        self.events = []

    async def say(self, kind, **fields):
        await self._connection.send({"type": kind, **fields})

    async def until(self, *kinds, secs=10.0):
        async with asyncio.timeout(secs):
            while not self.events or self.events[-1].type not in kinds:
                self.events.append(await self._connection.recv())
        return self.events[-1]

    async def speak(self, pcm):
        """In pieces of 100 ms, then commits."""
        for at in range(0, len(pcm), 4800):
            audio = base64.b64encode(pcm[at : at + 4800]).decode()
            await self.say("input_audio_buffer.append", audio=audio)
        await self.say("input_audio_buffer.commit")

    async def hear(self, pcm: bytes) -> None:
        """Says it and is silent, for the session to find the end of the turn."""
        for at in range(0, len(pcm + SILENCE), 4800):
            audio = base64.b64encode((pcm + SILENCE)[at : at + 4800]).decode()
            await self.say("input_audio_buffer.append", audio=audio)

    async def answered(self, secs: float = 10.0) -> Any:
        """The response, once it is done."""
        self.events.clear()
        return (await self.until("response.done", secs=secs)).response

    async def write(self, text: str, role: str = "user") -> None:
        """Puts a message into the conversation."""
        kind = "output_text" if role == "assistant" else "input_text"
        content = [{"type": kind, "text": text}]
        await self.say("conversation.item.create", item={"type": "message", "role": role, "content": content})

    async def ask(self, text: str, **response: Any) -> Any:
        """Writes something and returns the response."""
        await self.write(text)
        await self.say("response.create", response=response)
        return await self.answered()

    def said(self, kind: str) -> list[Any]:
        """The events of one type, of those that came last."""
        return [event for event in self.events if event.type == kind]


@asynccontextmanager
async def conversing(openai: AsyncOpenAI, call: str | None = None, **session: Any) -> AsyncIterator[Session]:
    """A speech-to-speech session, with these settings."""
    headers = {"X-Turnwise-Call": call} if call else {}
    async with openai.realtime.connect(model="gpt-realtime-2.1", extra_headers=headers) as connection:
        client = Session(connection)
        await client.until("session.created")
        await client.say("session.update", session={"type": "realtime", **session})
        await client.until("session.updated")
        yield client
