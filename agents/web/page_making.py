"""The page's build in the background, while the server takes calls already."""

import asyncio
import threading

from .page_build import PageBuild, PageNotBuilt, Tell

_LOOK_SECS = 0.1


class PageMaking:
    """Builds the page beside the server; calls don't wait for it, whoever asks for the page does."""

    def __init__(self, build: PageBuild, tell: Tell) -> None:
        self.problem = ""
        """Why there is no build of today's sources, in one sentence; empty while all is well."""
        self._build = build
        self._tell = tell
        self._thread = threading.Thread(target=self._make, name="page", daemon=True)

    def __enter__(self) -> "PageMaking":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._build.stop()
        self._thread.join()

    @property
    def is_under_way(self) -> bool:
        """Whether a build may be there in a moment."""
        return self._thread.is_alive()

    async def wait(self, secs: float) -> None:
        """Returns when it is done, or after this long."""
        loop = asyncio.get_running_loop()
        until = loop.time() + secs
        while self.is_under_way and loop.time() < until:
            await asyncio.sleep(_LOOK_SECS)

    def _make(self) -> None:
        try:
            self._build.make()
        except PageNotBuilt as error:
            self.problem = str(error)
        except OSError as error:
            self.problem = f"the page is not built: {self._build.folder}: {error.strerror or error}"
        if self.problem:
            self._tell(f"{self.problem}; calls are taken all the same")
