"""Reading a request, and saying in OpenAI's words what is wrong with it."""

import json
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import HTTPConnection, Request

from .refusal import Refusal, invalid, missing

Ask = TypeVar("Ask", bound=BaseModel)

CALL_HEADER = "X-Turnwise-Call"


def call_of(request: HTTPConnection) -> str | None:
    """Which call the request belongs to."""
    return request.headers.get(CALL_HEADER)


async def read_json(request: Request, kind: type[Ask]) -> Ask:
    """The body as `kind`; fields it does not know are ignored.

    Raises:
        Refusal: 400, it is no such body.
    """
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Refusal(400, "We could not parse the JSON body of your request.") from None
    return checked(body, kind)


def checked(body: object, kind: type[Ask]) -> Ask:
    """The fields as `kind`.

    Raises:
        Refusal: 400, the first field that is wrong.
    """
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        param = ".".join(str(part) for part in first["loc"]) or "body"
        raise missing(param) if first["type"] == "missing" else invalid(param, wanted(first["msg"])) from None


def wanted(message: str) -> str:
    """`Input should be a valid string` to `a valid string`."""
    return message.removeprefix("Input should be ").removeprefix("Value error, ")
