"""Asking OpenAI for a call over WebRTC: an offer goes there, an answer comes back."""

from dataclasses import dataclass
from typing import Any, cast

import openai
from openai._models import FinalRequestOptions

from ..faults import StageFault
from .connection import Event


@dataclass(frozen=True)
class Accepted:
    """A call that the other side has agreed to."""

    call_id: str | None
    answer: str
    request_id: str | None


async def offer_call(client: openai.AsyncOpenAI, sdp: str, session: Event) -> Accepted:
    """Sends the offer; `client` is one of its own for this call, and follows no redirect after it.

    Raises:
        openai.APIError: it was refused, or nobody is there; `describe` knows the rest.
        StageFault: what came is no answer (`malformed`).
    """
    client._prepare_options = _to_one_address
    calls = client.realtime.calls.with_raw_response
    response = await calls.create(sdp=sdp, session=cast(Any, session))
    answer, request_id = response.text, response.headers.get("x-request-id")
    if not answer.startswith("v=0"):
        raise StageFault("malformed", request_id=request_id)
    call_id = response.headers.get("location", "").split("?")[0].rstrip("/").rpartition("/")[2]
    return Accepted(call_id or None, answer, request_id)


async def _to_one_address(options: FinalRequestOptions) -> FinalRequestOptions:
    """The SDK's hook for a request: prompt and key are for the address that was set."""
    options.follow_redirects = False
    return options


async def hang_up_call(client: openai.AsyncOpenAI, call_id: str) -> None:
    """Ends a call; one that is over already is no fault, nor is a server that is gone."""
    try:
        await client.realtime.calls.hangup(call_id)
    except openai.APIError:
        return
