"""`GET /v1/realtime`: opening a session, or refusing to."""

import asyncio

from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from ..asking import call_of
from ..behaviour import Fault
from ..open_sessions import OpenSession
from ..parts import Parts, parts_of
from ..refusal import Refusal, of_fault
from .session import LATER, RealtimeSession
from .session_shapes import opened
from .transcription import TranscriptionSession
from .wire import Gone, SocketWire

REFUSED: tuple[Fault, ...] = ("401", "429", "500")
"""Faults that are told by a status."""

_TRANSCRIPTION = "transcription"


async def realtime(socket: WebSocket) -> None:
    """Holds one session: speech to speech, or with `intent=transcription` the transcript alone."""
    parts, call = parts_of(socket), call_of(socket)
    await socket.receive()  # the opening of the connection
    if refusal := _refusal(socket):
        await socket.send_denial_response(refusal.response())
        return
    is_transcription = socket.query_params.get("intent") == _TRANSCRIPTION
    behaviour = parts.behaviours.take("realtime", call, later=() if is_transcription else LATER)
    if is_transcription:
        await asyncio.sleep((behaviour.delay_ms or 0) / 1000)
    try:
        if not await _struck(socket, behaviour.fault):
            session = _session(socket, parts, call, is_transcription=is_transcription)
            kind = _TRANSCRIPTION if is_transcription else "realtime"
            with parts.sessions.held(OpenSession(kind, call, lambda: session.understood_secs)):
                await socket.accept()
                await session.greet()
                await (_struck_later(socket, behaviour.fault) if behaviour.fault else session.run())
    except (WebSocketDisconnect, WebSocketDisconnected, Gone):
        return


def _session(
    socket: WebSocket, parts: Parts, call: str | None, *, is_transcription: bool
) -> TranscriptionSession | RealtimeSession:
    if is_transcription:
        return TranscriptionSession(socket, parts, call)
    return RealtimeSession(SocketWire(socket), parts, call, opened(socket.query_params["model"]))


def beta_refusal(asked: HTTPConnection) -> Refusal | None:
    """What a client of the retired surface is told."""
    if "realtime=v1" not in asked.headers.get("openai-beta", ""):
        return None
    message = "The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API."
    return Refusal(400, message, code="beta_api_shape_disabled")


def _refusal(socket: WebSocket) -> Refusal | None:
    if refusal := beta_refusal(socket):
        return refusal
    if "call_id" in socket.query_params:
        message = "This stand-in joins no call over WebRTC: its events are on the call's data channel alone."
        return Refusal(400, message, code="invalid_value", param="call_id")
    intent = socket.query_params.get("intent")
    if intent not in (None, _TRANSCRIPTION):
        message = f"Invalid value: '{intent}'. Supported values are: '{_TRANSCRIPTION}'."
        return Refusal(400, message, code="invalid_value", param="intent")
    if intent is None and not socket.query_params.get("model"):
        return Refusal(400, "You must provide a model parameter.", code="missing_model", param="model")
    return None


async def _struck(socket: WebSocket, fault: Fault | None) -> bool:
    """Whether a fault kept the session from being opened."""
    if fault in REFUSED:
        await socket.send_denial_response(of_fault(fault).response())
    elif fault == "refuse":
        socket.state.transport.close()
    elif fault == "malformed":
        await socket.accept()
        await socket.send_text('{"type": "session.\x07')
    elif fault != "hang":
        return False
    if fault not in REFUSED:
        await _until_gone(socket)
    return True


async def _struck_later(socket: WebSocket, fault: Fault) -> None:
    """The session is there and does not what it should."""
    if fault == "cut":
        socket.state.transport.close()
    await _until_gone(socket)


async def _until_gone(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
