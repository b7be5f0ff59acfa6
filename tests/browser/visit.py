"""One person at one page: what can be pressed there, seen and heard."""

import base64
import re
from pathlib import Path
from urllib.parse import urlencode

from playwright.async_api import ConsoleMessage, Page, Response

OBSERVE = Path(__file__).parent / "observe.js"
LONGEST_MS = 40_000
TURNS_MS = 100_000


class Visit:
    """A page that was opened, and all that it did."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.console_errors: list[str] = []
        self.requests: list[str] = []
        self.meetings: list[str] = []
        page.set_default_timeout(LONGEST_MS)
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(f"{request.method} {request.url}"))
        page.on("websocket", lambda socket: self.requests.append(f"WS {socket.url}"))
        page.on("response", self._note_meeting)

    async def press(self, name: str) -> None:
        """Presses a button."""
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def becomes(self, status: str) -> None:
        """Waits for exactly this word as the status."""
        await self.page.get_by_role("status").get_by_text(status, exact=True).wait_for()

    async def passes(self, *statuses: str) -> None:
        """Waits until these words were the status one after the other, however briefly."""
        await self._observed("statuses", statuses)

    async def shows(self, *states: str) -> None:
        """Waits until these were the agent's states one after the other, however briefly."""
        await self._observed("looks", states)

    async def looks(self, state: str) -> None:
        """Waits for a state of the agent that it stays in for a while: looks only twice a second."""
        await self.page.locator(f".orb[data-look={state}]").wait_for()

    async def turns(self, count: int) -> None:
        """Waits until so many turns were answered, the last of them to its end."""
        await self.page.locator("tbody tr").nth(count - 1).wait_for(state="attached", timeout=TURNS_MS)
        await self.looks("listening")

    async def told(self, code: str) -> str:
        """Waits for an error, and returns what the page says about it."""
        return await self.page.get_by_role("alert").locator(f"[data-code={code}]").inner_text()

    async def seen_states(self) -> list[str]:
        """The agent's states and those of the connection, in the order in which they were shown."""
        return await self.page.evaluate("observed.looks")

    async def conversation(self) -> list[tuple[str, str]]:
        """Who said what, as it stands in the page."""
        lines = self.page.get_by_role("log").locator(".line")
        texts = [await line.inner_text() for line in await lines.all()]
        pairs = [text.split(maxsplit=1) for text in texts]
        return [(who, re.sub(r"\s+", " ", said).strip()) for who, said in pairs]

    async def seen(self) -> str:
        """All that the page has gone through, for whoever has to find out why it did."""
        states, statuses = await self.seen_states(), await self.page.evaluate("observed.statuses")
        told = await self.page.get_by_role("alert").all_inner_texts()
        return f"states {states}, statuses {statuses}, told {told}, on the console {self.console_errors}"

    async def heard(self) -> tuple[bytes, int]:
        """All that reached the loudspeaker: mono, 16 bit, and its rate in Hz."""
        pcm = base64.b64decode(await self.page.evaluate("observed.heard()"))
        return pcm, await self.page.evaluate("observed.rateHz()")

    async def growth(self) -> list[tuple[str, str]]:
        """Each state of the agent's last line, and the agent's own state when it was shown."""
        return [(line["text"], line["look"]) for line in await self.page.evaluate("observed.lines")]

    async def _observed(self, kept: str, in_a_row: tuple[str, ...]) -> None:
        went = "([kept, words]) => observed[kept].join().includes(words)"
        await self.page.wait_for_function(went, arg=[kept, ",".join(in_a_row)])

    def _note_console(self, told: ConsoleMessage) -> None:
        if told.type == "error":
            self.console_errors.append(f"{told.text} ({told.location['url']})")

    async def _note_meeting(self, response: Response) -> None:
        if response.request.method == "POST" and response.url.endswith("/api/meetings") and response.ok:
            self.meetings.append((await response.json())["id"])


TRANSPORTS = ("websocket", "webrtc")


def link(url: str, meeting_id: str, token: str, transport: str = "websocket") -> str:
    """The address that a host hands out."""
    return f"{url}/?transport={transport}#{urlencode({'meetingId': meeting_id, 'token': token})}"
