"""How a server says no: a status, a code that programs know, a sentence that people understand."""

from typing import Any

STATUS = {
    "bad_request": 400,
    "uri_too_long": 414,
    "headers_too_large": 431,
    "body_too_large": 413,
    "body_too_slow": 408,
    "origin_refused": 403,
    "token_missing": 401,
    "token_invalid": 401,
    "token_expired": 401,
    "token_used": 401,
    "api_key_invalid": 401,
    "meetings_are_external": 403,
    "meeting_mismatch": 403,
    "meeting_not_found": 404,
    "agent_unknown": 404,
    "not_found": 404,
    "method_not_allowed": 405,
    "meeting_over": 409,
    "invalid_request": 422,
    "too_many_calls_of_user": 429,
    "internal_error": 500,
    "upstream_failed": 502,
    "too_many_calls": 503,
    "draining": 503,
    "database_unavailable": 503,
}
"""Every code, and the HTTP status that goes with it."""

_RETRY_AFTER_SECS = 5


class Refusal(Exception):
    """Raised wherever a request is refused."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = STATUS[code]

    @property
    def body(self) -> dict[str, Any]:
        """`{"detail": {"code", "message"}}`, whatever the route."""
        return {"detail": {"code": self.code, "message": str(self)}}

    @property
    def headers(self) -> dict[str, str]:
        """When it may be tried again, where waiting helps."""
        return {"Retry-After": str(_RETRY_AFTER_SECS)} if self.status in (429, 503) else {}
