"""`GET /v1/realtime`: opening a session, or refusing to."""

import asyncio

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from ..asking import call_of
from ..behaviour import Fault
from ..parts import parts_of
from ..refusal import Refusal, of_fault
from .transcription import TranscriptionSession

_REFUSED: tuple[Fault, ...] = ("401", "429", "500")


async def realtime(socket: WebSocket) -> None:
    """Holds one session; `intent=transcription` is the kind that is made here."""
    parts, call = parts_of(socket), call_of(socket)
    await socket.receive()  # the opening of the connection
    if refusal := _refusal(socket):
        await socket.send_denial_response(refusal.response())
        return
    behaviour = parts.behaviours.take("realtime", call)
    await asyncio.sleep((behaviour.delay_ms or 0) / 1000)
    try:
        if not await _struck(socket, behaviour.fault):
            session = TranscriptionSession(socket, parts, call)
            await socket.accept()
            await session.greet()
            await (_struck_later(socket, behaviour.fault) if behaviour.fault else session.run())
    except (WebSocketDisconnect, WebSocketDisconnected):
        return


def _refusal(socket: WebSocket) -> Refusal | None:
    if "realtime=v1" in socket.headers.get("openai-beta", ""):
        message = "The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API."
        return Refusal(400, message, code="beta_api_shape_disabled")
    if socket.query_params.get("intent") != "transcription":
        message = "This stand-in makes transcription sessions only: set intent=transcription."
        return Refusal(400, message, code="invalid_value", param="intent")
    return None


async def _struck(socket: WebSocket, fault: Fault | None) -> bool:
    """Whether a fault kept the session from being opened."""
    if fault in _REFUSED:
        await socket.send_denial_response(of_fault(fault).response())
    elif fault == "refuse":
        socket.state.transport.close()
    elif fault == "malformed":
        await socket.accept()
        await socket.send_text('{"type": "session.\x07')
    elif fault != "hang":
        return False
    if fault not in _REFUSED:
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
