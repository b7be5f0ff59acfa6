"""One call, from the user's end: speaks, listens, and keeps a record of all that came."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any, Self

from ..wire import MIC_SAMPLE_RATE_HZ, AgentState
from .address import Transport
from .dial import open_line
from .errors import CallOver, Overdue
from .line import Line
from .listener import Listener
from .log import Observer
from .microphone import Microphone, Utterance
from .turn import Turn, read_turn

LEAD_IN_SECS = 0.3
"""Quiet before an utterance, for nobody speaks in the instant in which it becomes their turn."""

_SLACK_SECS = 10.0

_CLIENT_READY: dict[str, Any] = {
    "label": "rtvi-ai",
    "type": "client-ready",
    "id": "client-ready",
    "data": {"version": "2.1.0", "about": {"library": "turnwise"}},
}


class Caller(Listener):
    """A user on the line, whose microphone is open all the time.

    ```
    async with Caller.connect(url, meeting_id, token) as caller:
        turn = await caller.say(read_wav(path))
    ```
    Nothing is printed; observers are told what comes in. Sending raises `CallOver` after the end.
    """

    def __init__(self, line: Line, observers: Sequence[Observer] = ()) -> None:
        super().__init__(line, observers)
        self._microphone = Microphone(self.send_audio, self.now, self._wake)

    @classmethod
    @asynccontextmanager
    async def connect(
        cls,
        url: str,
        meeting_id: str,
        token: str,
        observers: Sequence[Observer] = (),
        announce: bool = True,
        transport: Transport = "websocket",
    ) -> AsyncIterator[Self]:
        """Places a call, and hangs up at the end of the block; without `announce` no `client-ready` is sent.

        Raises:
            Refused: the server said no.
            Unreachable: nobody answers at the URL, or over WebRTC no media gets through.
        """
        caller = cls(await open_line(url, meeting_id, token, transport), observers)
        reader = asyncio.create_task(caller._read())
        microphone = asyncio.create_task(caller._keep_open(announce))
        try:
            yield caller
        finally:
            microphone.cancel()
            await caller.hang_up()
            await reader

    async def _keep_open(self, announce: bool) -> None:
        with suppress(CallOver):
            if announce:
                await self.send_message(_CLIENT_READY)
            await self._microphone.run()

    async def say(self, pcm: bytes, wait_secs: float = 30.0, lead_in_secs: float = LEAD_IN_SECS) -> Turn:
        """Says it (16 kHz mono s16le) once the agent has listened for a while, and waits for the answer.

        No answer within `wait_secs` after its end, or a call that ends meanwhile, is a `Turn` that
        counts as unanswered.

        Raises:
            Overdue: it did not become the user's turn.
            CallOver: the call had ended before.
        """
        await self._wait_for_the_floor(lead_in_secs)
        since_secs, utterance, problem = self.now(), Utterance(pcm), None
        try:
            await self._play(utterance, pcm)
            await self.until(lambda: self._listened_after(utterance), "the end of the answer", wait_secs)
        except (CallOver, Overdue) as error:
            problem = error
        turn = read_turn(self.log, since_secs, utterance.speech_end_secs)
        if isinstance(problem, Overdue):
            why = turn.why or "the agent cut in and left the rest unanswered"
            return replace(turn, why=f"{why} (waited {wait_secs:g} s)")
        return turn if problem is None else replace(turn, why=str(problem))

    async def speak(self, pcm: bytes) -> Utterance:
        """Says it at once, whoever's turn it is, at the pace of speech; returns when it is said."""
        utterance = Utterance(pcm)
        await self._play(utterance, pcm)
        return utterance

    async def _wait_for_the_floor(self, quiet_secs: float) -> None:
        """Until the agent has listened so long that no greeting is to come any more."""
        quiet = False
        while not quiet:
            await self.wait_for_state(AgentState.LISTENING)
            try:
                await self.until(lambda: self.states[-1].state != AgentState.LISTENING, "", quiet_secs)
            except Overdue:
                quiet = True

    async def _play(self, utterance: Utterance, pcm: bytes) -> None:
        self._microphone.play(utterance)
        secs = len(pcm) / 2 / MIC_SAMPLE_RATE_HZ + _SLACK_SECS
        await self.until(lambda: utterance.over, "the microphone to be done", secs)

    def _listened_after(self, utterance: Utterance) -> bool:
        end_secs = utterance.speech_end_secs or self.now()
        return any(state == AgentState.LISTENING and at_secs > end_secs for state, at_secs in self.states)

    def mute(self, muted: bool = True) -> None:
        """While muted the microphone sends nothing at all, not even silence."""
        self._microphone.muted = muted

    async def send_audio(self, pcm: bytes, sample_rate_hz: int = MIC_SAMPLE_RATE_HZ) -> None:
        """Sends it at once, of any length, past the microphone."""
        await self._send(self._line.send_audio(pcm, sample_rate_hz))

    async def send_message(self, message: dict[str, Any]) -> None:
        """Sends an RTVI message."""
        await self._send(self._line.send_message(message))

    async def send_raw(self, data: bytes | str) -> None:
        """Sends anything, be it a frame or a message or not."""
        await self._send(self._line.send_raw(data))

    async def _send(self, sending: Awaitable[None]) -> None:
        try:
            await sending
        except CallOver as error:
            raise CallOver(self.ending or str(error)) from error

    async def hang_up(self) -> None:
        """Ends the call cleanly (1000)."""
        await self._line.hang_up()

    def drop(self) -> None:
        """Cuts the connection without a word (over WebSocket a TCP reset), as when a network goes away."""
        self._line.drop()
