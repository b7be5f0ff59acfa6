"""The way to OpenAI: one connection pool for the process, one client per call and stage."""

from urllib.parse import urlencode, urlsplit, urlunsplit

import openai

from .loopback import is_loopback
from .settings.model import OpenAIAccess

CALL_HEADER = "X-Turnwise-Call"
_PLACEHOLDER_KEY = "none"


class OpenAIUpstream:
    """Makes clients that share one pool of connections.

    The SDK's own retries and its 600 s of patience are both wrong in a call: a client made here
    never retries, and gives up connecting after `connect_secs`. How long an answer may take is
    for the stage to say.
    """

    def __init__(
        self, access: OpenAIAccess, call_tag: str | None = None, shared: openai.AsyncOpenAI | None = None
    ) -> None:
        self._access = access
        self._call_tag = call_tag
        self._shared = shared or openai.AsyncOpenAI(
            api_key=access.api_key.get_secret_value() if access.api_key else _PLACEHOLDER_KEY,
            base_url=access.base_url,
        )

    @property
    def base_url(self) -> str:
        """Where requests go."""
        return str(self._shared.base_url)

    def for_call(self, tag: str) -> "OpenAIUpstream":
        """The same way, with requests that the sandbox can tell apart by `tag`."""
        return OpenAIUpstream(self._access, tag, self._shared)

    def client(self, *, connect_secs: float = 2.0, read_secs: float = 30.0) -> openai.AsyncOpenAI:
        """A client for one stage of one call."""
        timeout = openai.Timeout(read_secs, connect=connect_secs)
        return self._shared.with_options(max_retries=0, timeout=timeout, default_headers=self._headers)

    def made(self, client: openai.AsyncOpenAI) -> bool:
        """Whether a client stands on the shared connections, which are not its own to close."""
        return client._client is self._shared._client

    @property
    def is_local(self) -> bool:
        """Whether it is a stand-in on this machine."""
        return is_loopback(urlsplit(self.base_url).hostname or "")

    def realtime_url(self, **query: str) -> str:
        """Where a realtime session is opened: the same place, as `ws://` or `wss://`."""
        base = urlsplit(self.base_url)
        scheme = {"http": "ws", "https": "wss"}.get(base.scheme, base.scheme)
        whole_query = "&".join(filter(None, (base.query, urlencode(query))))
        return urlunsplit((scheme, base.netloc, base.path.rstrip("/") + "/realtime", whole_query, ""))

    def realtime_headers(self) -> dict[str, str]:
        """What a session is opened with: the key, whose account it is, and the call's tag."""
        account = {
            name: value
            for name, value in self._shared.default_headers.items()
            if name.lower().startswith("openai-") and isinstance(value, str)
        }
        return {**account, **self._shared.auth_headers, **self._headers}

    async def aclose(self) -> None:
        """Closes the connections; no client made here works after it."""
        await self._shared.close()

    @property
    def _headers(self) -> dict[str, str]:
        """The call's tag, for a stand-in on this machine only: it is nobody else's business."""
        return {CALL_HEADER: self._call_tag} if self._call_tag and self.is_local else {}
