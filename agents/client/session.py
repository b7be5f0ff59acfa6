"""A whole call as `agent call` places it: ticket, utterances, recording, verdict."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from pathlib import Path

from ..wire import AgentState
from .address import Transport
from .api import Api
from .caller import Caller
from .errors import BadInput, CallOver, ClientError, Overdue
from .live import Speakers, open_sounddevice, talk
from .log import Observer
from .recording import lay_out, write_wav
from .speech import read_wav
from .turn import Turn, read_turn
from .view import View

_LAST_WORDS_SECS = 1.0


@dataclass(frozen=True)
class Order:
    """What is to be done, as it was typed."""

    url: str
    meeting_id: str | None = None
    token: str | None = None
    agent: str | None = None
    wavs: tuple[Path, ...] = ()
    """What is said, one after another; none is the microphone."""
    record: Path | None = None
    wait_secs: float = 30.0
    api_key: str | None = None
    transport: Transport = "websocket"

    def check(self) -> None:
        """Raises `BadInput` for what cannot go together."""
        if self.token and not self.meeting_id:
            raise BadInput("--token is for one meeting only; name it with --meeting")
        if self.token and self.agent:
            raise BadInput("the agent is named in the token already; leave out --agent or --token")
        if self.record and not self.record.parent.is_dir():
            raise BadInput(f"{self.record.parent}: there is no such folder for --record; make it first")


@dataclass(frozen=True)
class Outcome:
    """Each utterance by name with what became of it, and how many rows were stored."""

    turns: list[tuple[str, Turn]]
    chunk_count: int

    @property
    def all_answered(self) -> bool:
        """Whether the call went as a call should."""
        return all(turn.answered for _, turn in self.turns)

    @property
    def sentence(self) -> str:
        """How it went, and why where it did not go well."""
        answered_count = sum(turn.answered for _, turn in self.turns)
        lost = [f"{name}: {turn.why}" for name, turn in self.turns if not turn.answered]
        counts = (
            f"{answered_count} of {len(self.turns)} utterances answered, {self.chunk_count} chunks stored"
        )
        return "; ".join([counts, *lost])


async def place(order: Order, view: View) -> Outcome:
    """Places the call and returns when it is over.

    Raises:
        ClientError: there was no call, or the agent never listened.
    """
    order.check()
    return await (_play_files(order, view) if order.wavs else _talk_live(order, view))


async def _play_files(order: Order, view: View) -> Outcome:
    speech = [(path.name, read_wav(path)) for path in order.wavs]
    async with _call(order, view, view) as caller:
        await caller.wait_for_state(AgentState.LISTENING)
        turns = [(name, await _say(caller, view, name, pcm, order.wait_secs)) for name, pcm in speech]
        if any(turn.answered for _, turn in turns):
            await _wait_for_last_chunk(caller)
    return Outcome(turns, len(caller.chunks))


async def _say(caller: Caller, view: View, name: str, pcm: bytes, wait_secs: float) -> Turn:
    view.line(caller.now(), "says", name)
    try:
        turn = await caller.say(pcm, wait_secs)
    except (Overdue, CallOver) as error:
        turn = Turn(why=str(error))
    view.turn(caller.now(), name, turn)
    return turn


async def _wait_for_last_chunk(caller: Caller) -> None:
    """The answer is stored after it was spoken; an agent that stores nothing is no fault."""
    since_secs = next(at_secs for state, at_secs in reversed(caller.states) if state == AgentState.SPEAKING)

    def stored() -> bool:
        recent = caller.log.of("transcript-chunk", since_secs=since_secs)
        return any(chunk.data.get("speakerType") == "agent" for chunk in recent)

    with suppress(ClientError):
        await caller.until(stored, "the last chunk", _LAST_WORDS_SECS)


async def _talk_live(order: Order, view: View) -> Outcome:
    sounddevice = open_sounddevice()
    with Speakers(sounddevice) as speakers:
        async with _call(order, view, view, speakers) as caller:
            view.line(caller.now(), "call", "speak when the agent listens; Ctrl-C hangs up")
            with suppress(asyncio.CancelledError):
                await talk(caller, sounddevice)
    return Outcome(_live_turns(caller), len(caller.chunks))


def _live_turns(caller: Caller) -> list[tuple[str, Turn]]:
    """Every stretch between two `listening` in which the agent had something to answer."""
    starts = [at_secs for state, at_secs in caller.states if state == AgentState.LISTENING]
    stretches = [read_turn(caller.log, since, None, until) for since, until in pairwise([*starts, inf])]
    taken = [turn for turn in stretches if _had_words(turn)]
    return [(f"turn {number}", turn) for number, turn in enumerate(taken, start=1)]


def _had_words(turn: Turn) -> bool:
    states = set(turn.states)
    return AgentState.RECOVERING_ERROR in states or {AgentState.THINKING, AgentState.SPEAKING} <= states


@asynccontextmanager
async def _call(order: Order, view: View, *observers: Observer) -> AsyncIterator[Caller]:
    meeting_id, token = await _ticket(order)
    connecting = Caller.connect(order.url, meeting_id, token, observers, transport=order.transport)
    async with connecting as caller:
        view.line(caller.now(), "call", f"meeting {meeting_id}")
        try:
            yield caller
        finally:
            if order.record:
                interruptions = [each.at_secs for each in caller.log.of("interruption")]
                write_wav(order.record, lay_out(caller.voice, interruptions))


async def _ticket(order: Order) -> tuple[str, str]:
    if order.meeting_id and order.token:
        return order.meeting_id, order.token
    async with Api(order.url, order.api_key) as api:
        meeting_id = order.meeting_id or await api.create_meeting()
        return meeting_id, await api.create_token(meeting_id, order.agent)
