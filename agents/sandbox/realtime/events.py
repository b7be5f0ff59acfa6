"""The events of a session: what the server says, and reading what a client says."""

import json
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from ..refusal import Refusal

Event = dict[str, Any]


class RefusedEvent(Exception):
    """A client's event that is not obeyed; the session goes on. `param` names the field that is wrong."""

    def __init__(self, message: str, code: str, param: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.param = param


def event(kind: str, **fields: Any) -> Event:
    """One of the server's events."""
    return {"type": kind, "event_id": new_id("event"), **fields}


def new_id(kind: str) -> str:
    """An id as OpenAI makes them, e.g. `item_0f3c…`."""
    return f"{kind}_{uuid.uuid4().hex[:24]}"


def error_of(refused: RefusedEvent, said: Event | None) -> Event:
    """The `error` event; it names the client's event if that had an `event_id`."""
    error = Refusal(400, str(refused), code=refused.code, param=refused.param).error
    return event("error", error={**error, "event_id": (said or {}).get("event_id")})


async def obeyed(
    text: str | None, obey: Callable[[Event], Awaitable[None]], send: Callable[[Event], Awaitable[None]]
) -> None:
    """Has a client's event obeyed; where it cannot be, the client is told why."""
    said: Event | None = None
    try:
        said = _read(text)
        await obey(said)
    except RefusedEvent as refused:
        await send(error_of(refused, said))


def _read(text: str | None) -> Event:
    try:
        said = json.loads(text or "")
    except (ValueError, RecursionError):
        raise RefusedEvent("We could not parse the JSON of your event.", "invalid_json") from None
    if not isinstance(said, dict) or not isinstance(said.get("type"), str):
        raise RefusedEvent(
            "Missing required parameter: 'type'.", "missing_required_parameter", "type"
        ) from None
    return said
