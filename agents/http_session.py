"""HTTP for components that want an aiohttp session: one for the process, opened with the first use."""

import aiohttp


class HttpSession:
    """Holds the session; whoever owns this closes it, and no component does."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The session; wants a running event loop."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession()
        return self._session

    async def aclose(self) -> None:
        """Closes its connections."""
        if self._session:
            await self._session.close()
