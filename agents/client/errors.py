"""What can go wrong on the caller's end; `str()` of each is the one sentence a person reads."""

import json
from typing import Any

_FOR_A_TERMINAL = {"api_key_invalid": "it wants its api key; set TURNWISE_AUTH__API_KEY to it"}
"""Where the server's own words are for programs."""


class ClientError(Exception):
    """A call or a request did not do what was asked of it."""


class BadInput(ClientError):
    """What was handed in cannot be used: a URL, a WAV file, a device."""


class Unreachable(ClientError):
    """Nothing answers at the URL, or what answers is no server of ours."""

    @classmethod
    def because_of(cls, error: Exception, url: str) -> "Unreachable":
        """The sentence for an error of the network."""
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return cls(f"the certificate of {url} is not trusted; name its authority in SSL_CERT_FILE")
        return cls(f"no server answers at {url}; start one with `agent serve` or check --url")


class CallOver(ClientError):
    """The call has ended, so nothing can be sent or awaited any more."""


class Overdue(ClientError, TimeoutError):
    """Something awaited did not come in time; the sentence says what was seen instead."""


class Refused(ClientError):
    """The server said no: `status` is HTTP's, `code` and `message` are the server's own words."""

    def __init__(self, status: int, code: str, message: str) -> None:
        said = _FOR_A_TERMINAL.get(code, message.rstrip("."))
        super().__init__(f"refused by the server: {said} ({code}, {status})")
        self.status = status
        self.code = code
        self.message = message

    @classmethod
    def from_body(cls, status: int, body: bytes) -> "Refused":
        """Reads `{"detail": {"code", "message"}}`; anything else is told apart as `not_ours`."""
        try:
            detail: Any = json.loads(body)["detail"]
            return cls(status, str(detail["code"]), str(detail["message"]))
        except (ValueError, KeyError, TypeError):
            return cls(status, "not_ours", "it gave no reason; is this the address of a turnwise server?")
