"""`/sandbox/…`: what was asked of the sandbox, and how it is to behave."""

import json
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .asking import wanted
from .behaviour import Behaviour
from .parts import parts_of


async def list_requests(request: Request) -> Response:
    """Newest last."""
    return JSONResponse(parts_of(request).log.all())


async def list_sessions(request: Request) -> Response:
    """The realtime sessions that are open, oldest first."""
    return JSONResponse(parts_of(request).sessions.all())


async def clear_requests(request: Request) -> Response:
    """Forgets what was asked."""
    parts_of(request).log.clear()
    return Response(status_code=204)


async def show_behaviour(request: Request) -> Response:
    """All that is set."""
    return JSONResponse(parts_of(request).behaviours.all())


async def set_behaviour(request: Request) -> Response:
    """Sets the given fields for a stage, or for a call at that stage; answers with all that is set."""
    try:
        behaviour = Behaviour.model_validate(json.loads(await request.body()))
    except ValidationError as error:
        return refused(422, "invalid_behaviour", _sentence(error.errors(include_url=False)[0]))
    except (ValueError, RecursionError):
        return refused(
            422, "invalid_behaviour", "The body is no JSON; send an object with stage and what to change."
        )
    parts_of(request).behaviours.put(behaviour)
    return await show_behaviour(request)


async def reset_behaviour(request: Request) -> Response:
    """No delays, no faults."""
    parts_of(request).behaviours.reset()
    return Response(status_code=204)


def refused(status: int, code: str, message: str) -> JSONResponse:
    """`{"detail": {code, message}}`."""
    return JSONResponse({"detail": {"code": code, "message": message}}, status)


def _sentence(error: Any) -> str:
    field = ".".join(str(part) for part in error["loc"]) or "body"
    if error["type"] == "extra_forbidden":
        return f"{field}: there is no such field; there are {', '.join(Behaviour.model_fields)}."
    if error["type"] == "missing":
        return f"{field}: it is missing; it says which stage to change."
    if error["type"] == "value_error":
        return f"times: {wanted(error['msg'])}; give both."
    return f"{field}: expected {wanted(error['msg'])}."
