"""What all pages share: the server, a browser with a microphone, and one without."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Playwright, async_playwright

from ..calls.house import House
from . import chromium
from .visit import OBSERVE, Visit

SAID = ("hello", "weather", "order")
PAUSE_SECS = 7.5
AT_ONCE = 2
"""With four, two cores once took 5.7 s to speak an answer of 3.4 s, and no pause was left to be idle in."""


class Town:
    """Opens pages; everything in it belongs to the loop that it is first used on."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.folder = folder
        self._microphone = chromium.recording(folder / "said.wav", SAID, PAUSE_SECS)
        self._playwright: Playwright | None = None
        self._browsers: dict[bool, Browser] = {}
        self._starting = asyncio.Lock()

    @asynccontextmanager
    async def visit(
        self,
        url: str,
        *,
        is_granted: bool = True,
        has_microphone: bool = True,
        lost: str = "",
        **context: Any,
    ) -> AsyncIterator[Visit]:
        """A page that was opened, in a profile of its own; it keeps still unless told otherwise.

        Requests for what `lost` matches get no answer.
        """
        browser = await self._browser(has_microphone)
        profile = await browser.new_context(**{"reduced_motion": "reduce", **context})
        try:
            if is_granted:
                await profile.grant_permissions(["microphone"])
            await profile.add_init_script(path=OBSERVE)
            if lost:
                await profile.route(lost, lambda route: route.abort())
            visit = Visit(await profile.new_page())
            await visit.page.goto(url)
            try:
                yield visit
            except Exception as error:
                error.add_note(await visit.seen())
                raise
        finally:
            await profile.close()

    async def close(self) -> None:
        """Ends the browsers."""
        for browser in self._browsers.values():
            await browser.close()
        if self._playwright:
            await self._playwright.stop()

    async def _browser(self, has_microphone: bool) -> Browser:
        async with self._starting:
            self._playwright = self._playwright or await async_playwright().start()
            if has_microphone not in self._browsers:
                self._browsers[has_microphone] = await self._playwright.chromium.launch(
                    executable_path=chromium.found(),
                    args=chromium.flags(self._microphone if has_microphone else None),
                )
            return self._browsers[has_microphone]
