"""`POST /v1/realtime/calls`: opening a session over WebRTC, or refusing to."""

import asyncio
import contextlib
import json
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..asking import call_of
from ..behaviour import Fault
from ..open_sessions import OpenSession
from ..parts import parts_of
from ..refusal import Refusal, missing, of_fault
from .events import RefusedEvent, new_id
from .route import REFUSED, beta_refusal
from .session import LATER, RealtimeSession
from .session_shapes import SessionConfig, opened, refusal_of
from .wire import Gone

if TYPE_CHECKING:
    from .call_wire import CallWire

_SDP = "application/sdp"
_MOST_BYTES = 1024 * 1024
_NO_ANSWER = "There is no answer in this."


@dataclass(frozen=True)
class _Ask:
    sdp: str
    config: SessionConfig


async def create_call(request: Request) -> Response:
    """Answers an offer of sound and a data channel with the session that is asked for."""
    parts, call = parts_of(request), call_of(request)
    ask = await _read(request)
    behaviour = parts.behaviours.take("realtime", call, later=LATER)
    if behaviour.fault in REFUSED:
        raise of_fault(behaviour.fault)
    if behaviour.fault in ("refuse", "hang"):
        return await _no_answer(request, behaviour.fault)
    call_id = new_id("rtc")
    headers = {"Location": f"/v1/realtime/calls/{call_id}"}
    if behaviour.fault == "malformed":
        return Response(_NO_ANSWER, 201, headers, _SDP)
    wire, answer = await _answered(ask.sdp)
    session = RealtimeSession(wire, parts, call, ask.config)
    counted = parts.sessions.held(OpenSession("realtime", call, lambda: session.understood_secs, "webrtc"))
    parts.calls.hold(call_id, wire, _held(wire, session, behaviour.fault, counted))
    return Response(answer, 201, headers, _SDP)


async def hang_up(request: Request) -> Response:
    """Ends a call."""
    if not parts_of(request).calls.hang_up(request.path_params["call_id"]):
        raise Refusal(404, "There is no such call, or it is over.", code="call_id_not_found")
    return Response(status_code=200)


async def _held(
    wire: "CallWire", session: RealtimeSession, fault: Fault | None, counted: AbstractContextManager[None]
) -> None:
    with counted:
        try:
            await _run(wire, session, fault)
        finally:
            await wire.close()


async def _run(wire: "CallWire", session: RealtimeSession, fault: Fault | None) -> None:
    with contextlib.suppress(Gone):
        await wire.until_open()
        if fault == "stall":
            await wire.until_gone()
        await session.greet()
        if fault == "cut":
            raise Gone
        assert session.playback, "its sound travels apart"
        wire.fetch, wire.hear = session.playback.take, session.hear
        await session.run()


async def _answered(offer: str) -> tuple["CallWire", str]:
    call_wire = await asyncio.to_thread(find_call_wire)
    wire = call_wire()
    try:
        return wire, await wire.answer(offer)
    except ValueError:
        await wire.close()
        raise Refusal(400, "Failed to parse the SDP offer.", code="invalid_offer", param="sdp") from None


def find_call_wire() -> type["CallWire"]:
    """Imported by the first who needs it: that takes most of a second."""
    from .call_wire import CallWire

    return CallWire


async def _no_answer(request: Request, fault: Fault) -> Response:
    if fault == "refuse":
        request.state.transport.close()
    while not await request.is_disconnected():
        await asyncio.sleep(0.1)
    return Response(status_code=500)


async def _read(request: Request) -> _Ask:
    """The offer and the session: two parts of a form, or the offer alone with `?model=`.

    Raises:
        Refusal: one of them is missing, or is not what it should be.
    """
    if refusal := beta_refusal(request):
        raise refusal
    content_type = request.headers.get("content-type", "")
    if content_type.startswith(_SDP):
        sdp, given = (await request.body()).decode(errors="replace"), None
    elif content_type.startswith("multipart/form-data"):
        form = await _form(request)
        sdp, given = form.get("sdp", ""), _json(form.get("session"))
    else:
        message = f"Unsupported content type. Supported are multipart/form-data and {_SDP}."
        raise Refusal(400, message, code="unsupported_content_type")
    if not sdp.strip():
        raise missing("sdp")
    return _Ask(sdp, _config(request.query_params.get("model"), given))


def _config(model: str | None, given: Any) -> SessionConfig:
    model = model or (given.get("model") if isinstance(given, dict) else None)
    if not isinstance(model, str) or not model:
        raise Refusal(400, "You must provide a model parameter.", code="missing_model", param="model")
    try:
        return opened(model, given)
    except RefusedEvent as refused:
        raise refusal_of(refused) from None


async def _form(request: Request) -> dict[str, str]:
    """The parts as text, whether they came with a file's name or not."""
    try:
        async with request.form(max_part_size=_MOST_BYTES) as form:
            return {
                name: (await part.read()).decode(errors="replace") if isinstance(part, UploadFile) else part
                for name, part in form.items()
            }
    except HTTPException:
        raise Refusal(400, "We could not parse the form of your request.") from None


def _json(text: str | None) -> Any:
    if text is None:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal(400, "We could not parse the JSON of 'session'.", param="session") from None
