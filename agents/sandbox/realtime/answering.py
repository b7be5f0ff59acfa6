"""How a committed stretch of speech is answered: in time, or with the fault that is set for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass

from ..behaviour import Behaviour
from ..completion import tokens_of
from ..refusal import of_fault
from ..request_log import Entry
from .events import Event, event

_TRANSCRIPTION = "conversation.item.input_audio_transcription"
_MALFORMED = '{"type": "conversation.item.\x07'
SILENT = ("hang", "refuse")
"""Faults with which not even the commit is confirmed."""

HEARD = (None, "stall", "cut")
"""Faults, and none, with which what was said comes to light."""


class Dropped(Exception):
    """The connection is to be closed as it stands."""


@dataclass(frozen=True)
class Commit:
    """A stretch of speech, what is to become of it, and where that is written down."""

    item_id: str
    hearing: Awaitable[str] | None
    """What it says, where that comes to light."""
    audio_secs: float
    behaviour: Behaviour
    entry: Entry
    at: float
    """The loop's time."""


def confirmed(commit: Commit, previous: str | None) -> list[Event]:
    """What comes at once: the buffer is an item of the conversation now."""
    item = {
        "id": commit.item_id,
        "object": "realtime.item",
        "type": "message",
        "status": "completed",
        "role": "user",
        "content": [{"type": "input_audio", "transcript": None}],
    }
    return [
        event("input_audio_buffer.committed", item_id=commit.item_id, previous_item_id=previous),
        event("conversation.item.added", item=item, previous_item_id=previous),
        event("conversation.item.done", item=item, previous_item_id=previous),
    ]


async def transcribed(commit: Commit) -> AsyncIterator[Event | str]:
    """The transcript in pieces, then as a whole; text that is no event where the fault says so.

    Raises:
        Dropped: the fault is `cut` or `refuse`.
    """
    fault = commit.behaviour.fault
    if fault == "refuse":
        raise Dropped
    heard = await commit.hearing if commit.hearing else ""
    commit.entry.heard = heard
    await _until(commit.at + (commit.behaviour.delay_ms or 0) / 1000)
    if fault == "hang":
        return
    if fault == "malformed":
        yield _MALFORMED
    elif fault in ("401", "429", "500"):
        yield _part(commit, "failed", error=of_fault(fault).error)
    else:
        for count, token in enumerate(tokens_of(heard)):
            if not (fault in ("stall", "cut") and count):
                yield _part(commit, "delta", delta=token)
        if fault == "cut":
            raise Dropped
        if fault != "stall":
            yield _part(commit, "completed", transcript=heard, usage=_usage(commit))


def _part(commit: Commit, kind: str, **fields: object) -> Event:
    return event(f"{_TRANSCRIPTION}.{kind}", item_id=commit.item_id, content_index=0, **fields)


def _usage(commit: Commit) -> dict[str, object]:
    return {"type": "duration", "seconds": commit.audio_secs}


async def _until(time: float) -> None:
    await asyncio.sleep(max(0.0, time - asyncio.get_running_loop().time()))
