"""What an event of OpenAI's realtime API says, whichever way it came."""

import json
from typing import Any

from .connection import Event

TRANSCRIPTION = "conversation.item.input_audio_transcription."
"""What the events begin with that tell what the user said."""


def read_event(text: str) -> Event | None:
    """The event that a message is; None where it is none."""
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("type"), str) else None


def response_of(event: Event) -> str | None:
    """The id of the response that it belongs to."""
    response: Any = event.get("response")
    found = response.get("id") if isinstance(response, dict) else event.get("response_id")
    return found if isinstance(found, str) else None


def announces_sound(event: Event) -> bool:
    """Whether it tells that an answer has a spoken part."""
    if event["type"] == "response.output_audio_transcript.delta":
        return True
    part = event.get("part")
    return (
        event["type"] == "response.content_part.added"
        and isinstance(part, dict)
        and part.get("type") == "audio"
    )


def is_of_speech(event: Event) -> bool:
    """Whether it is of speech: a call of a function ends without any voice."""
    item = event.get("item")
    return not isinstance(item, dict) or item.get("type") == "message"


def is_broken_off(event: Event) -> bool:
    """Whether it tells that a response ends before its end."""
    response = event.get("response")
    return isinstance(response, dict) and response.get("status") in ("cancelled", "failed")
