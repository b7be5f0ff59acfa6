"""Hands finished meetings on by HTTP, signed as Standard Webhooks says (standardwebhooks.com)."""

import base64
import binascii
import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx2
from pydantic import AfterValidator, Field, SecretStr
from standardwebhooks import Webhook as Signer

from ..component_error import ComponentError
from ..loopback import is_loopback
from ..store.sink import Chunk
from ..wire import chunk_fields
from .finished import DeliveryFailed, DeliveryRefused, FinishedMeeting

SHORTEST_SECRET_BYTES = 24
"""As the specification has it."""

_PREFIX = "whsec_"
_MAKE_ONE = 'set TURNWISE_AFTER_CALL__SECRET to what `echo "whsec_$(openssl rand -base64 32)"` prints'
_COMES_BACK = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


def _is_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        whole = whole and url.isprintable() and " " not in url
    except ValueError:
        whole = False
    if not whole:
        raise ValueError("is no address; write it like https://www.example.org/meetings")
    return url


def _is_key(secret: SecretStr) -> SecretStr:
    try:
        key = base64.b64decode(secret.get_secret_value().removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"is not {_PREFIX} and base64") from None
    if len(key) < SHORTEST_SECRET_BYTES:
        raise ValueError(f"is shorter than {SHORTEST_SECRET_BYTES} bytes, which is too easy to guess")
    return secret


class Webhook:
    """POSTs each finished meeting to one address.

    Any 2xx takes it. No answer, 3xx, 408, 429 and 5xx make it come again; any other answer is final.
    """

    def __init__(
        self,
        *,
        url: Annotated[str, AfterValidator(_is_address), Field(description="where to POST")],
        secret: Annotated[
            SecretStr | None, AfterValidator(lambda s: s and _is_key(s)), Field(description="whsec_…, signs")
        ] = None,
        allow_http: Annotated[bool, Field(description="without TLS to other machines, too")] = False,
    ) -> None:
        if secret is None:
            raise ComponentError("a webhook needs a secret to sign with", _MAKE_ONE)
        parts = urlsplit(url)
        self._is_local = is_loopback(parts.hostname or "")
        if parts.scheme == "http" and not (self._is_local or allow_http):
            raise ComponentError(
                "the webhook's url would send what people said in the clear",
                "write https://, or set allow_http = true",
            )
        self._url = url
        self._signer = Signer(secret.get_secret_value())
        self._client: httpx2.AsyncClient | None = None

    async def deliver(self, meeting: FinishedMeeting) -> None:
        """Return once the receiver has answered 2xx.

        Raises:
            DeliveryRefused: an answer that another try would not change.
            DeliveryFailed: any other, or none.
        """
        body = json.dumps(payload(meeting), ensure_ascii=False, separators=(",", ":"))
        try:
            # The answer's body is nobody's business, however long it is.
            async with self._open().stream(
                "POST", self._url, content=body.encode(), headers=self._headers(meeting.delivery_id, body)
            ) as answer:
                _check(answer.status_code, answer.headers.get("retry-after", ""))
        except httpx2.HTTPError as error:
            raise DeliveryFailed(f"the receiver cannot be reached ({type(error).__name__})") from None

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client.aclose()

    def _open(self) -> httpx2.AsyncClient:
        """Made with the first delivery: a trial at start, or of new settings, leaves nothing open.

        How long an answer may take is for the caller to say; redirects are not followed, since the
        signature is meant for one receiver. No proxy comes between processes of one machine.
        """
        if self._client is None:
            transport = httpx2.AsyncHTTPTransport() if self._is_local else None
            self._client = httpx2.AsyncClient(timeout=None, follow_redirects=False, transport=transport)
        return self._client

    def _headers(self, delivery_id: str, body: str) -> dict[str, str]:
        now = datetime.now(UTC)
        return {
            "content-type": "application/json",
            "user-agent": "turnwise",
            "webhook-id": delivery_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(delivery_id, now, body),
        }


def payload(meeting: FinishedMeeting) -> dict[str, Any]:
    """The body: times are ISO 8601, UTC; chunks are those of the transcript route."""
    return {
        "type": "meeting.finished",
        "timestamp": meeting.ended_at.isoformat(),
        "data": {
            "meetingId": meeting.id,
            "agent": meeting.agent,
            "user": meeting.user,
            "startedAt": meeting.started_at.isoformat(),
            "endedAt": meeting.ended_at.isoformat(),
            "endedBy": meeting.ended_by,
            "chunks": [_chunk(chunk) for chunk in meeting.chunks],
        },
    }


def _chunk(chunk: Chunk) -> dict[str, Any]:
    when = chunk.timestamp.isoformat()
    return chunk_fields(chunk.sequence_number, chunk.speaker_type, chunk.text, when)


def _check(status: int, retry_after: str) -> None:
    if HTTPStatus(200) <= status < HTTPStatus(300):
        return
    said = f"the receiver answered {status}"
    if HTTPStatus(400) <= status < HTTPStatus(500) and status not in _COMES_BACK:
        raise DeliveryRefused(said)
    raise DeliveryFailed(said, _secs(retry_after))


def _secs(retry_after: str) -> float:
    """`Retry-After` in seconds, whether it gives seconds or a date; 0 if it makes no sense."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0
