"""`GET /v1/models`: names for those who ask; every route takes any model's name."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .refusal import Refusal

_MODELS = ("sandbox-ears", "sandbox-mind", "sandbox-voice")


async def list_models(_: Request) -> Response:
    """The faculties by name."""
    return JSONResponse({"object": "list", "data": [_described(name) for name in _MODELS]})


async def show_model(request: Request) -> Response:
    """One of them."""
    name = request.path_params["model"]
    if name not in _MODELS:
        raise Refusal(404, f"The model '{name}' does not exist.", code="model_not_found", param="model")
    return JSONResponse(_described(name))


def _described(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "sandbox"}
