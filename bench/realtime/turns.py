"""One turn, measured from the caller's end."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from turnwise.agents.client.caller import LEAD_IN_SECS, Caller
from turnwise.agents.client.errors import ClientError
from turnwise.agents.client.turn import read_turn
from turnwise.agents.wire import AgentState

from .running import Running
from .ways import Line

_ANSWER_SECS = 30.0

_WINDOW_SAMPLES, _STRIDE_SAMPLES = 512, 197
"""What the voice detector judges at once, and how far on in it speech begins in the next round."""
_WORDS = "bot-llm-text"


@dataclass(frozen=True)
class Measured:
    """Times in milliseconds, the first three from the last audible sample spoken; None where nothing came."""

    text_ms: float | None = None
    """To the first words of the answer."""
    sound_ms: float | None = None
    """To its first sound."""
    ended_ms: float | None = None
    """To the turn's being taken for over: by the model, in speech to speech, else by our endpointing."""
    lag_ms: float | None = None
    """From the sandbox's sending the first words to their arrival; only speech to speech tells."""
    why: str | None = None
    """Why the turn counts as unanswered."""


async def take_turn(server: Running, line: Line, pcm: bytes) -> Measured:
    """Says it, and waits until the agent listens again."""
    try:
        since_secs, end_secs = await _speak(line.caller, pcm)
    except ClientError as error:
        return Measured(why=str(error))
    turn = read_turn(line.caller.log, since_secs, end_secs)
    words = next(iter(line.caller.log.of(_WORDS, since_secs=since_secs)), None)
    entries = await server.requests(line.meeting_id)
    sent_ms = last(entries, "first_text_unix_ms")
    return Measured(
        text_ms=(words.at_secs - end_secs) * 1000 if words else None,
        sound_ms=turn.voice_to_voice_ms,
        ended_ms=_model_ended_ms(entries, line.caller, end_secs) or _thinks_ms(line.caller, end_secs),
        lag_ms=_unix_ms(line.caller, words.at_secs) - sent_ms if words and sent_ms else None,
        why=turn.why,
    )


async def _speak(caller: Caller, pcm: bytes) -> tuple[float, float]:
    """When it began to be said and when its last audible sample was spoken; returns after the answer."""
    await caller.wait_for_state(AgentState.LISTENING)
    await asyncio.sleep(LEAD_IN_SECS)
    since_secs = caller.now()
    utterance = await caller.speak(pcm)
    end_secs = utterance.speech_end_secs or caller.now()

    def listens_again() -> bool:
        return any(state == AgentState.LISTENING and at_secs > end_secs for state, at_secs in caller.states)

    await caller.until(listens_again, "the end of the answer", _ANSWER_SECS)
    return since_secs, end_secs


def _model_ended_ms(entries: list[dict[str, Any]], caller: Caller, end_secs: float) -> float | None:
    ended_ms = last(entries, "turn_end_unix_ms")
    return ended_ms - _unix_ms(caller, end_secs) if ended_ms else None


def _thinks_ms(caller: Caller, end_secs: float) -> float | None:
    """The agent says that it thinks once its endpointing has decided."""
    thinks = (at_secs for state, at_secs in caller.states if state == AgentState.THINKING)
    return next(((at_secs - end_secs) * 1000 for at_secs in thinks if at_secs > end_secs), None)


def shifted(pcm: bytes, number: int) -> bytes:
    """The speech behind a little silence, of another length in each round, up to 32 ms.

    Where a detector's window begins in a word moves its end by up to 80 ms. Calls that all go alike would
    measure one such place over and over, and each transport another one.
    """
    return bytes(2 * (number * _STRIDE_SAMPLES % _WINDOW_SAMPLES)) + pcm


def last(entries: list[dict[str, Any]], key: str) -> float | None:
    """What the sandbox tells of the last answer, in Unix time."""
    told = [entry[key] for entry in entries if entry.get(key)]
    return told[-1] if told else None


def _unix_ms(caller: Caller, at_secs: float) -> float:
    return (time.time() - caller.now() + at_secs) * 1000
