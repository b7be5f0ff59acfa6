"""`GET /`: the page with which a person talks to an agent; `/talk-to-text` is a demo in the same page."""

import html
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from ..refusal import Refusal
from .page_build import WEBCLIENT
from .page_files import PageFile, page_files
from .page_making import PageMaking

router = APIRouter()

_FIRST_BUILD_SECS = 20.0
"""How long a browser waits for the very first build, before it is told to ask again."""

_NEXT_BUILD_SECS = 3.0
"""How long it waits for a new build where an old one could be had."""

_OTHERS = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    f"{_OTHERS}; require-trusted-types-for 'script'; trusted-types 'none'"
)
_PLAIN_POLICY = f"default-src 'none'; style-src 'unsafe-inline'; {_OTHERS}"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), display-capture=()",
}
_FOREVER = "public, max-age=31536000, immutable"
"""The name of an asset has the hash of its content in it."""

_PLAIN_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Turnwise</title>
<style>
  :root {{ color-scheme: light dark; font: 1.05rem/1.6 system-ui, sans-serif }}
  body {{ max-width: 38rem; margin: 15vh auto 0; padding: 0 1.5rem }}
  code {{ background: color-mix(in srgb, currentColor 10%, transparent);
         padding: .15em .4em; border-radius: .3em }}
</style></head>
<body><h1>Turnwise is listening</h1>
<p>The server is up and takes calls; only this page is missing: {why}.</p>
<p>Place a call from a terminal meanwhile: <code>agent call --wav FILE</code></p></body></html>
"""


class Page:
    """The page's build, and the making of it if that is under way."""

    def __init__(self, making: PageMaking | None = None, dist: Path = WEBCLIENT / "dist") -> None:
        self._making = making
        self._dist = dist

    async def files(self) -> Mapping[str, PageFile]:
        """All files of the build by their path, none where there is no build."""
        return await run_in_threadpool(page_files, self._dist)

    async def newest(self) -> PageFile | None:
        """The page itself, waited for if it is just being built."""
        if self._making:
            await self._making.wait(_NEXT_BUILD_SECS if await self.files() else _FIRST_BUILD_SECS)
        return (await self.files()).get("index.html")

    def missing(self) -> Response:
        """What is shown in place of the page: why it is not there, and what to do."""
        headers = {**_HEADERS, "Content-Security-Policy": _PLAIN_POLICY, "Cache-Control": "no-store"}
        why = "run npm ci && npm run build in webclient/"
        if self._making and self._making.is_under_way:
            why, headers["Refresh"] = "it is being built, and comes by itself", "1"
        elif self._making:
            why = self._making.problem or why
        return Response(_PLAIN_PAGE.format(why=html.escape(why)), media_type="text/html", headers=headers)


def page_of(request: Request) -> Page:
    """The page of the application that was asked."""
    return cast("Page", request.app.state.page)


@router.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
@router.api_route("/talk-to-text", methods=["GET", "HEAD"], include_in_schema=False)
async def index(request: Request) -> Response:
    """The page, or one that says what to do where it isn't built."""
    page = page_of(request)
    file = await page.newest()
    if file is None:
        return page.missing()
    return _answer(request, file, {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"})


@router.api_route("/talk-to-text/", methods=["GET", "HEAD"], include_in_schema=False)
async def without_slash(request: Request) -> Response:
    """To where the page finds its assets; relative to here, as only the browser knows all prefixes."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"../talk-to-text{query}", headers=_HEADERS)


@router.api_route("/assets/{name}", methods=["GET", "HEAD"], include_in_schema=False)
async def asset(request: Request, name: str) -> Response:
    """What the page is made of.

    Raises:
        Refusal: 404 `not_found`.
    """
    file = (await page_of(request).files()).get(f"assets/{name}")
    if file is None:
        raise Refusal("not_found", "There is no such file.")
    return _answer(request, file, {"Cache-Control": _FOREVER})


def _answer(request: Request, file: PageFile, headers: dict[str, str]) -> Response:
    """The file, compressed for whoever takes that; 304 for whoever has it."""
    headers = {**_HEADERS, **headers, "ETag": file.etag, "Vary": "Accept-Encoding"}
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    body = file.body
    if file.zipped and "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = file.zipped, "gzip"
    return Response(body, media_type=file.media_type, headers=headers)
