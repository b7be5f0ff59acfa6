"""`/api/ws/agent`: one call over a WebSocket, and the same door to knock at over HTTP."""

from collections.abc import Callable
from functools import cache
from importlib.metadata import entry_points

from fastapi import APIRouter, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse
from starlette.datastructures import QueryParams

from ..admission import Admission
from ..line import Line
from ..refusal import Refusal
from ..store.errors import StoreUnavailable
from .answers import refused, unavailable
from .parameters import one
from .turnwise import Turnwise, turnwise_of

router = APIRouter()
PATH = "/api/ws/agent"


@router.get(PATH)
async def knock(request: Request) -> JSONResponse:
    """The checks of a call without the call: the same refusal, or 426 where it would be accepted."""
    turnwise = turnwise_of(request)
    admission = await _admit(turnwise, request)
    turnwise.calls.check_place(admission.claims.user)
    detail = {"code": "upgrade_required", "message": "Open this address as a WebSocket."}
    return JSONResponse({"detail": detail}, 426, {"Upgrade": "websocket", "Cache-Control": "no-store"})


@router.websocket(PATH)
async def call(websocket: WebSocket) -> None:
    """One call; refused before it is accepted, with a real HTTP status."""
    turnwise = turnwise_of(websocket)
    try:
        admission = await _admit(turnwise, websocket)
        await turnwise.calls.hold(admission, _line_factory()(websocket))
    except Refusal as refusal:
        await websocket.send_denial_response(refused(refusal))
    except StoreUnavailable as error:
        await websocket.send_denial_response(refused(unavailable(error)))
    except (WebSocketDisconnect, ConnectionError):
        return


async def _admit(turnwise: Turnwise, connection: Request | WebSocket) -> Admission:
    query = connection.query_params
    return await turnwise.door.admit(connection.headers, one(query, "meetingId"), _token(query))


@cache
def _line_factory() -> Callable[[WebSocket], Line]:
    """The transport is found by name, as every component is."""
    (entry,) = entry_points(group="turnwise.transports", name="websocket")
    return entry.load()


def _token(query: QueryParams) -> str:
    values = query.getlist("token")
    if len(values) > 1:
        raise Refusal("bad_request", "Give one token.")
    return values[0] if values else ""
