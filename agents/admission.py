"""Who is let in to a call: the checks in their order, the same for every transport."""

import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from .loopback import is_loopback
from .refusal import Refusal
from .services import Services
from .settings.model import AgentSettings, Settings
from .store.rows import Meeting
from .tokens import CallClaims, TokenRefused, verify

OVER = ("processing", "completed", "failed", "cancelled")
TRANSCRIPT_GRACE_SECS = 24 * 3_600.0


@dataclass(frozen=True)
class Admission:
    """A caller who may come in, once the token is used up."""

    claims: CallClaims
    meeting: Meeting
    agent: AgentSettings


class UsedToken:
    """A token that is used up for a call; it is given back unless the call comes about."""

    is_spent = False


class Door:
    """Checks where a request comes from and what it may do."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @property
    def _settings(self) -> Settings:
        return self._services.settings

    def check_origin(self, headers: Mapping[str, str]) -> None:
        """A page from elsewhere must be on the list; on loopback the Host must be a loopback name, or
        that of an allowed origin: a proxy's name for this server.

        Raises:
            Refusal: 403 `origin_refused`.
        """
        host, origin = headers.get("host", ""), headers.get("origin")
        if self._settings.server.is_loopback and not (_is_loopback_host(host) or self._is_allowed(host)):
            raise Refusal("origin_refused", "This server is reached as localhost or 127.0.0.1 only.")
        is_own = origin is not None and _netloc(origin) == host and host != ""
        if origin is None or is_own or origin in self._settings.server.allowed_origins:
            return
        raise Refusal("origin_refused", "This page may not call here; its origin is not in allowed_origins.")

    def check_api_key(self, headers: Mapping[str, str]) -> None:
        """Whether the request carries the api key, where one is wanted: not on an open loopback server
        reached by a loopback name. Whoever comes through a proxy comes from anywhere.

        Raises:
            Refusal: 401 `api_key_invalid`.
        """
        wanted = self._settings.auth.api_key
        is_local = self._settings.server.is_loopback and _is_loopback_host(headers.get("host", ""))
        if wanted is None and is_local:
            return
        given = bearer(headers)
        if wanted is None or not hmac.compare_digest(given.encode(), wanted.get_secret_value().encode()):
            raise Refusal(
                "api_key_invalid", "Send the server's api key as `Authorization: Bearer <api key>`."
            )

    def check_transcript_reader(self, headers: Mapping[str, str], meeting_id: str) -> None:
        """The api key opens every transcript, the call's own token its own.

        Raises:
            Refusal: 401 `api_key_invalid`.
        """
        try:
            claims = verify(self._services.secret, bearer(headers), grace_secs=TRANSCRIPT_GRACE_SECS)
        except TokenRefused:
            claims = None
        if claims is None or claims.meeting_id != meeting_id:
            self.check_api_key(headers)

    def check_token_signed(self, token: str) -> None:
        """Whether the token was one of ours a while ago, used and expired or not.

        Raises:
            Refusal: 401 `token_missing` or `token_invalid`.
        """
        try:
            verify(self._services.secret, token, grace_secs=TRANSCRIPT_GRACE_SECS)
        except TokenRefused as refused:
            raise Refusal(refused.code, str(refused)) from None

    def _is_allowed(self, host: str) -> bool:
        return host in [_netloc(origin) for origin in self._settings.server.allowed_origins]

    async def admit(self, headers: Mapping[str, str], meeting_id: str, token: str) -> Admission:
        """Everything but whether there is a place; the token is not used up.

        Raises:
            Refusal: the first check that failed.
            StoreUnavailable: the database is away.
        """
        self.check_origin(headers)
        claims = self._claims(token)
        local = await self._services.open_local()
        if await local.token_was_used(claims.jti):
            raise _token_used()
        if claims.meeting_id != meeting_id:
            raise Refusal("meeting_mismatch", "This token is for another meeting.")
        await self._services.open()
        meeting = await self.find_meeting(meeting_id)
        agent = self.agent_of(meeting, claims.agent)
        if meeting.status in OVER:
            raise Refusal("meeting_over", "This meeting is over; start a new one.")
        return Admission(claims, meeting, agent)

    @asynccontextmanager
    async def token(self, admission: Admission) -> AsyncIterator[UsedToken]:
        """Uses the token up, for good once it is marked as spent.

        Raises:
            Refusal: 401 `token_used`, somebody else was faster.
        """
        claims, local, used = admission.claims, self._services.local, UsedToken()
        if not await local.use_token(claims.jti, claims.expires_at):
            raise _token_used()
        try:
            yield used
        finally:
            if not used.is_spent:
                await local.give_token_back(claims.jti)

    async def find_meeting(self, meeting_id: str) -> Meeting:
        """The meeting.

        Raises:
            Refusal: 404 `meeting_not_found`.
        """
        meeting = await self._services.store.meeting(meeting_id)
        if meeting is None:
            raise Refusal("meeting_not_found", "There is no such meeting.")
        return meeting

    def agent_of(self, meeting: Meeting, wanted: str | None) -> AgentSettings:
        """The agent that was asked for, else the meeting's if it names one, else the default.

        Raises:
            Refusal: 404 `agent_unknown`.
        """
        agents = self._settings.agents
        if wanted is not None and wanted not in agents:
            raise Refusal("agent_unknown", f"There is no agent {wanted[:64]!r}.")
        name = wanted or (meeting.agent_id if meeting.agent_id in agents else self._settings.default_agent)
        return agents[name]

    def _claims(self, token: str) -> CallClaims:
        try:
            return verify(self._services.secret, token)
        except TokenRefused as refused:
            raise Refusal(refused.code, str(refused)) from None


def bearer(headers: Mapping[str, str]) -> str:
    """What follows `Bearer` in the Authorization header, or nothing."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else ""


def _token_used() -> Refusal:
    return Refusal("token_used", "This token has been used; ask for a new one.")


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _is_loopback_host(host: str) -> bool:
    try:
        return is_loopback(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False
