"""`GET /`: what a browser sees."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

router = APIRouter()

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Turnwise</title>
<style>
  :root { color-scheme: light dark; font: 1.05rem/1.6 system-ui, sans-serif }
  body { max-width: 38rem; margin: 15vh auto 0; padding: 0 1.5rem }
  code { background: color-mix(in srgb, currentColor 10%, transparent);
         padding: .15em .4em; border-radius: .3em }
</style></head>
<body><h1>Turnwise is listening</h1>
<p>The server is up and takes calls. Place one from a terminal:</p>
<p><code>uv run agent call</code></p>
<p>It plays a recording or your microphone, shows whose turn it is and what both sides say.
<code>uv run agent call --help</code> tells the rest.</p></body></html>
"""


@router.get("/", include_in_schema=False)
async def page() -> HTMLResponse:
    """A page that says what to do next."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": policy})
