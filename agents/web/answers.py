"""How a refusal is answered: the same JSON on every route."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from loguru import logger
from starlette.exceptions import HTTPException

from ..refusal import Refusal
from ..store.errors import RowRefused, StoreUnavailable

_HTTP_CODES = {404: "not_found", 405: "method_not_allowed"}


def refused(refusal: Refusal) -> JSONResponse:
    """The answer to a request that is refused."""
    return JSONResponse(refusal.body, refusal.status, refusal.headers)


def unavailable(error: StoreUnavailable) -> Refusal:
    """The refusal while the database is away; why is for the log, not for the answer."""
    logger.error("{}", error)
    return Refusal("database_unavailable", "The database cannot be reached; try again in a moment.")


def install(app: FastAPI) -> None:
    """Makes every route of the application answer errors so."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(StoreUnavailable, _unavailable)
    app.add_exception_handler(RowRefused, _row_refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _failed)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    return refused(error)


async def _unavailable(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StoreUnavailable)
    return refused(unavailable(error))


async def _row_refused(_: Request, error: Exception) -> JSONResponse:
    return refused(Refusal("invalid_request", f"{error}."))


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return refused(Refusal("invalid_request", "The body is no JSON."))
    where = ".".join(str(part) for part in first["loc"] if part != "body") or "the body"
    return refused(Refusal("invalid_request", f"{where}: {first['msg']}."))


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, Refusal):
        return refused(error.__cause__)
    if error.status_code == 400:
        return refused(Refusal("invalid_request", "The body cannot be read."))
    code = _HTTP_CODES.get(error.status_code, "bad_request")
    return JSONResponse({"detail": {"code": code, "message": str(error.detail)}}, error.status_code)


async def _failed(_: Request, error: Exception) -> JSONResponse:
    return refused(Refusal("internal_error", "Something went wrong on the server."))
