"""Errors in the shape OpenAI gives them."""

from starlette.responses import JSONResponse

_TYPES = {401: "invalid_request_error", 429: "requests", 500: "server_error"}
_FAULTS = {
    "401": ("Incorrect API key provided.", "invalid_api_key", {}),
    "429": ("Rate limit reached for requests.", "rate_limit_exceeded", {"Retry-After": "1"}),
    "500": ("The server had an error while processing your request.", "server_error", {}),
}


class Refusal(Exception):
    """A request that is not served; `param` names the field that is wrong."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.headers = headers

    @property
    def error(self) -> dict[str, str | None]:
        """`{message, type, param, code}`: the same in an answer and in an event."""
        return {
            "message": self.message,
            "type": _TYPES.get(self.status, "invalid_request_error"),
            "param": self.param,
            "code": self.code,
        }

    def response(self) -> JSONResponse:
        """`{"error": {message, type, param, code}}`."""
        return JSONResponse({"error": self.error}, self.status, self.headers)


def of_fault(fault: str) -> Refusal:
    """The refusal that the fault `401`, `429` or `500` stands for."""
    message, code, headers = _FAULTS[fault]
    return Refusal(int(fault), message, code=code, headers=headers)


def missing(param: str) -> Refusal:
    """A required field is not there, or is empty."""
    return Refusal(
        400, f"Missing required parameter: '{param}'.", code="missing_required_parameter", param=param
    )


def invalid(param: str, wanted: str) -> Refusal:
    """A field is not what it should be."""
    return Refusal(400, f"Invalid value for '{param}': expected {wanted}.", code="invalid_value", param=param)
