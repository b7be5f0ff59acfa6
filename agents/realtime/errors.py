"""What an error that a realtime session tells means."""

from ..faults import StageFault, code_of_status

# An error event has the type and code of an HTTP error's body; these are the statuses they come with there.
_STATUSES = {
    "invalid_api_key": 401,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "server_error": 500,
}
_EXPIRED = "session_expired"


class SessionExpired(StageFault):
    """The session has reached its longest age, an hour at OpenAI."""

    def __init__(self) -> None:
        super().__init__("cut_off")


def fault_of(error: object, request_id: str | None = None) -> StageFault:
    """What the `error` of an event means: of an `error`, a failed transcription or a failed response."""
    told = error if isinstance(error, dict) else {}
    if told.get("code") == _EXPIRED:
        return SessionExpired()
    known = (_STATUSES.get(str(told.get(key))) for key in ("code", "type"))
    status = next(filter(None, known), None)
    otherwise = "request_refused" if told.get("type") == "invalid_request_error" else "upstream_error"
    return StageFault(code_of_status(status) if status else otherwise, status, request_id)
