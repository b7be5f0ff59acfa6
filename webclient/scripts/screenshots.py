"""Takes the screenshots in docs/screenshots: a real browser, a real server, recordings as the microphone.

`npm run build` in webclient first; then, from the repository's root:

    uv run --with playwright --with pillow python webclient/scripts/screenshots.py

Wants Node and a Chromium, and nothing from the network.
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

ROOT = Path(__file__).parents[2]
SPEECH = ROOT / "tests" / "speech"
SHOTS = ROOT / "docs" / "screenshots"
RATE_HZ = 16_000
SAID = ("hello", "weather", "order", "time", "name", "repeat")
BEFORE_SECS = 3
PAUSE_SECS = 9
PREVIEW_PORT = 4199
DESKTOP = {"viewport": {"width": 1180, "height": 800}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
)
# Until colours have changed.
SETTLE_MS = 450


@dataclass(frozen=True)
class House:
    """Where things are."""

    page: str
    sandbox: str

    def behave(self, **wishes: object) -> None:
        """Makes a part of the sandbox slow or faulty; without wishes, all is well again."""
        body = json.dumps(wishes).encode() if wishes else None
        method = "PUT" if wishes else "DELETE"
        request = urllib.request.Request(  # noqa: S310
            f"{self.sandbox}/sandbox/behaviour", body, {"Content-Type": "application/json"}, method=method
        )
        urllib.request.urlopen(request).close()  # noqa: S310


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    """A server on its sandbox, in an empty folder, and the built page before it."""
    agent = Path(sys.executable).parent / "agent"
    server = subprocess.Popen(  # noqa: S603
        [agent, "serve", "--port", "0"],
        cwd=folder,
        env={"PATH": os.defpath, "HOME": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout
    said = ""
    while "ready " not in said and server.poll() is None:
        said += server.stdout.readline()
    addresses = dict(re.findall(r"(sandbox|ready) (http://[\d.:]+)", said))
    preview = subprocess.Popen(  # noqa: S603
        [ROOT / "webclient/node_modules/.bin/vite", "preview", "--strictPort", "--port", str(PREVIEW_PORT)],
        cwd=ROOT / "webclient",
        env=os.environ | {"TURNWISE_URL": addresses["ready"]},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield House(f"http://localhost:{PREVIEW_PORT}/", addresses["sandbox"])
    finally:
        for process in (preview, server):
            process.terminate()
            process.wait()


def recording(path: Path) -> Path:
    """What the person at the page says."""
    silence = bytes(2 * RATE_HZ * PAUSE_SECS)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(bytes(2 * RATE_HZ * BEFORE_SECS))
        for name in SAID:
            with wave.open(str(SPEECH / f"{name}.wav")) as speech:
                out.writeframes(speech.readframes(speech.getnframes()) + silence)
    return path


async def shoot(page: Page, name: str) -> None:
    """Takes a picture, and makes its file small."""
    path = SHOTS / f"{name}.png"
    await page.mouse.move(5, 5)
    await page.wait_for_timeout(SETTLE_MS)
    await page.screenshot(path=path)
    with Image.open(path) as image:
        few = image.convert("RGB").quantize(method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(path, optimize=True)
    print(path.relative_to(ROOT), f"{path.stat().st_size // 1000} kB", flush=True)


async def opened(browser: Browser, house: House, device: dict[str, Any]) -> Page:
    """The page, before anything was pressed."""
    page = await (await browser.new_context(**device)).new_page()
    page.on("console", lambda message: print("console:", message.text) if message.type == "error" else None)
    await page.goto(house.page)
    await page.wait_for_selector("#agent")
    return page


async def press(page: Page, name: str) -> None:
    """Presses a button."""
    await page.get_by_role("button", name=name, exact=True).click()


async def look(page: Page, state: str, after_ms: int = 0) -> None:
    """Waits for a state of the agent, and until it looks like it."""
    await page.wait_for_selector(f".orb[data-look={state}]", timeout=60_000)
    await page.wait_for_timeout(after_ms)


async def turns(page: Page, count: int) -> None:
    """Waits until so many turns were timed."""
    await page.wait_for_function(f"document.querySelectorAll('.bar-row').length >= {count}", timeout=120_000)


async def speaking(page: Page) -> None:
    """Waits for the middle of an answer."""
    await look(page, "listening")
    await look(page, "speaking", 700)


async def call(browser: Browser, house: House) -> None:
    """The page before a call, in the dark, and in the middle of an answer."""
    page = await opened(browser, house, DESKTOP)
    await page.emulate_media(color_scheme="dark")
    await shoot(page, "idle-dark")
    await page.emulate_media(color_scheme="light")
    await press(page, "Connect")
    await turns(page, 1)
    await speaking(page)
    await shoot(page, "speaking")
    await press(page, "Disconnect")


async def phone_call(browser: Browser, house: House) -> None:
    """The same on a phone."""
    page = await opened(browser, house, PHONE)
    await press(page, "Connect")
    await turns(page, 2)
    await speaking(page)
    await shoot(page, "phone")
    await press(page, "Disconnect")


async def talk_to_text(browser: Browser, house: House) -> None:
    """The demo, while the model writes its third answer."""
    page = await (await browser.new_context(viewport={"width": 860, "height": 680})).new_page()
    await page.goto(f"{house.page}talk-to-text")
    # A model that writes at once is done before anybody could look.
    house.behave(stage="realtime", per_token_ms=80)
    await press(page, "Start")
    for _ in range(2):
        await look(page, "speaking")
        await look(page, "listening")
    house.behave(stage="realtime", per_token_ms=250)
    await look(page, "speaking", 1500)
    await shoot(page, "talk-to-text")
    house.behave()
    await press(page, "Stop")


async def denied(browser: Browser, house: House) -> None:
    """A microphone that the page may not use."""
    page = await opened(browser, house, DESKTOP)
    await press(page, "Connect")
    await page.wait_for_selector("[data-code=microphone_denied]")
    await shoot(page, "error")


async def main(chromium: str) -> None:
    """Takes all of them."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        microphone = f"--use-file-for-fake-audio-capture={recording(folder / 'said.wav')}"
        async with house(folder) as home, async_playwright() as playwright:
            launch = playwright.chromium.launch
            browser = await launch(
                executable_path=chromium, args=[*FLAGS, microphone, "--use-fake-ui-for-media-stream"]
            )
            await call(browser, home)
            await phone_call(browser, home)
            await talk_to_text(browser, home)
            await browser.close()
            browser = await launch(executable_path=chromium, args=[*FLAGS, "--deny-permission-prompts"])
            await denied(browser, home)
            await browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    asyncio.run(main(parser.parse_args().chromium))
