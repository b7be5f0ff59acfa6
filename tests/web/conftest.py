"""A server, a meeting and tokens of every kind."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import jwt
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from ..servers import SECRET, Served, serving


class Caller:
    """Knocks at a server's door in both ways."""

    def __init__(self, served: Served, meeting_id: str) -> None:
        self.served = served
        self.meeting_id = meeting_id

    @classmethod
    async def of_new_meeting(cls, served: Served) -> "Caller":
        """A caller with a meeting to call in."""
        await served.turnwise.services.open()
        meeting = await served.turnwise.services.store.create_meeting("Meeting", None)
        return cls(served, meeting.id)

    def claims(self, **changed: Any) -> dict[str, Any]:
        """A valid token's claims, some of them changed, those that are None left out."""
        now = int(time.time())
        claims = {
            "iss": "turnwise",
            "aud": "turnwise-call",
            "sub": "ann",
            "meeting_id": self.meeting_id,
            "jti": f"{time.perf_counter_ns()}",
            "iat": now,
            "exp": now + 60,
            **changed,
        }
        return {key: value for key, value in claims.items() if value is not None}

    def token(self, secret: str = SECRET, algorithm: str = "HS256", **changed: Any) -> str:
        """A token of these claims."""
        return jwt.encode(self.claims(**changed), secret, algorithm)

    def query(self, *pairs: tuple[str, str]) -> str:
        """The address's query."""
        return str(httpx2.QueryParams(list(pairs)))

    @asynccontextmanager
    async def call(self, token: str | None = None, **more: Any) -> AsyncIterator[ClientConnection]:
        """A call that is let in."""
        query = self.query(("meetingId", self.meeting_id), ("token", token or self.token()))
        async with connect(f"{self.served.ws_url}?{query}", **more) as line:
            yield line

    async def refusals(
        self, query: str, headers: dict[str, str] | None = None
    ) -> tuple[tuple[int, str], tuple[int, str]]:
        """Status and code by WebSocket and by HTTP."""
        return await self.refused(query, headers), await self.knock(query, headers)

    async def refused(self, query: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
        """How the WebSocket is refused; (101, "") where it isn't."""
        try:
            async with connect(f"{self.served.ws_url}?{query}", additional_headers=headers):
                return 101, ""
        except InvalidStatus as error:
            return error.response.status_code, _code(bytes(error.response.body))

    async def knock(self, query: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
        """How the same address answers over HTTP."""
        async with httpx2.AsyncClient() as client:
            answer = await client.get(f"{self.served.url}/api/ws/agent?{query}", headers=headers)
            return answer.status_code, answer.json()["detail"]["code"]


def _code(body: bytes) -> str:
    return json.loads(body or b"{}").get("detail", {}).get("code", "")


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def served(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """One server for all tests of a module, which therefore share a loop."""
    async with serving(tmp_path_factory.mktemp("served")) as served:
        yield served


@pytest.fixture
async def caller(served: Served) -> Caller:
    return await Caller.of_new_meeting(served)
