"""The server's HTTP routes, as far as a caller needs them."""

from typing import Any, Self
from urllib.parse import quote, urlencode

import httpx2

from .address import checked, is_local
from .errors import Refused, Unreachable

_TIMEOUT_SECS = 10.0
_OFFER = "/api/webrtc/offer"


class Api:
    """Makes meetings and tokens, reads transcripts, and offers WebRTC; open it with `async with`.

    `bearer` is the server's api key where it wants one (for a transcript, the call's own token does too);
    what is about WebRTC wants the call's token.
    Every method raises `Refused` for the server's no, and `Unreachable` when none answers.
    """

    def __init__(self, url: str, bearer: str | None = None) -> None:
        self._url = checked(url)
        self._client = httpx2.AsyncClient(
            base_url=self._url,
            headers={"Authorization": f"Bearer {bearer}"} if bearer else {},
            timeout=_TIMEOUT_SECS,
            transport=httpx2.AsyncHTTPTransport() if is_local(url) else None,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def create_meeting(self, name: str | None = None, prompt: str | None = None) -> str:
        """The id of a new meeting."""
        given = {"name": name, "prompt": prompt}
        return str((await self._ask("POST", "/api/meetings", given))["id"])

    async def create_token(
        self, meeting_id: str, agent: str | None = None, ttl_secs: int | None = None
    ) -> str:
        """A token for one call of this meeting."""
        given = {"meetingId": meeting_id, "agent": agent, "ttl": ttl_secs}
        return str((await self._ask("POST", "/api/token", given))["token"])

    async def transcript(self, meeting_id: str) -> dict[str, Any]:
        """`{meetingId, status, chunks: [{sequenceNumber, speakerType, text, timestamp}]}`, in order."""
        return await self._ask("GET", f"/api/meetings/{quote(meeting_id, safe='')}/transcript")

    async def ice_servers(self, meeting_id: str) -> list[dict[str, Any]]:
        """What may help a call over WebRTC to find its way: `[{urls, username?, credential?}]`."""
        answer = await self._ask("GET", f"{_OFFER}?{urlencode({'meetingId': meeting_id})}")
        return list(answer.get("iceServers") or ())

    async def answer_to(self, sdp: str, meeting_id: str) -> dict[str, Any]:
        """Places a call over WebRTC: the answer `{sdp, type, pc_id}` to an offer."""
        given = {"sdp": sdp, "type": "offer", "requestData": {"meetingId": meeting_id}}
        return await self._ask("POST", _OFFER, given)

    async def _ask(self, method: str, path: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
        body = None if given is None else {key: value for key, value in given.items() if value is not None}
        try:
            response = await self._client.request(method, path, json=body)
        except httpx2.TransportError as error:
            raise Unreachable.because_of(error, self._url) from error
        if not response.is_success:
            raise Refused.from_body(response.status_code, response.content)
        return _object(response, self._url)


def _object(response: httpx2.Response, url: str) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Unreachable(f"what answers at {url} is no turnwise server; check --url")
    return answer
