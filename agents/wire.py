"""What we say on the wire beside standard RTVI: the `data` of each `server-message`.

The audio formats and these messages are the contract with every client; a client in another
language mirrors this file.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

MIC_SAMPLE_RATE_HZ = 16_000
"""Microphone in: mono, signed 16 bit little endian."""

VOICE_SAMPLE_RATE_HZ = 24_000
"""Voice out: mono, signed 16 bit little endian."""

SpeakerType = Literal["user", "agent"]


class AgentState(StrEnum):
    """Whose turn it is, as the client is told."""

    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"
    RECOVERING_ERROR = "recovering_error"


class EndReason(StrEnum):
    """Why the server ends a call."""

    IDLE = "idle"
    LIMIT = "limit"
    DRAINED = "drained"
    ENDED = "ended"
    TOO_SLOW = "too_slow"
    RATE = "rate"

    @property
    def close_code(self) -> int:
        """The WebSocket close code, 4001 to 4006 in the order above."""
        return 4001 + list(EndReason).index(self)


@dataclass(frozen=True)
class AgentError:
    """What went wrong, fit for a person to read: never a key, a prompt or a stack trace."""

    stage: str
    """`stt`, `llm`, `tts`, `realtime` or `call`."""
    code: str
    message: str
    status: int | None = None
    """The upstream's HTTP status."""
    request_id: str | None = None
    """The upstream's request id, for its support."""


def agent_state(state: AgentState) -> dict[str, Any]:
    """Every change of state, each once, in order."""
    return {"type": "agent-state", "state": state.value}


def turn_metrics(turn: int, ms: dict[str, int], raw: dict[str, int]) -> dict[str, Any]:
    """Where the time of one turn went, in milliseconds; the parts of `ms` add up to its `total`."""
    return {"type": "turn-metrics", "turn": turn, "ms": ms, "raw": raw}


def agent_error(error: AgentError) -> dict[str, Any]:
    """Sent together with `recovering_error`."""
    data: dict[str, Any] = {
        "type": "agent-error",
        "stage": error.stage,
        "code": error.code,
        "message": error.message,
    }
    if error.status is not None:
        data["status"] = error.status
    if error.request_id is not None:
        data["requestId"] = error.request_id
    return data


def chunk_fields(sequence_number: int, speaker_type: str, text: str, timestamp: str) -> dict[str, Any]:
    """One row of a transcript as clients see it; `timestamp` is ISO 8601, UTC."""
    return {
        "sequenceNumber": sequence_number,
        "speakerType": speaker_type,
        "text": text,
        "timestamp": timestamp,
    }


def transcript_chunk(fields: dict[str, Any]) -> dict[str, Any]:
    """Sent once the chunk is on disk; takes what `chunk_fields` returns."""
    return {"type": "transcript-chunk", **fields}


def interruption() -> dict[str, Any]:
    """Sent when the user has spoken up: queued audio is to be dropped."""
    return {"type": "interruption"}


def call_ended(reason: EndReason) -> dict[str, Any]:
    """Sent before the server closes with `reason.close_code`."""
    return {"type": "call-ended", "reason": reason.value}
