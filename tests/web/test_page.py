"""What a browser is served: the page's build, strictly, and never more than that."""

import os
from urllib.parse import urljoin

import httpx2
import pytest
from fastapi import FastAPI
from turnwise.agents.web import page
from turnwise.agents.web.answers import install
from turnwise.agents.web.page_build import PageBuild
from turnwise.agents.web.page_making import PageMaking

pytestmark = pytest.mark.anyio
INDEX = "<!doctype html><title>Turnwise</title>"
SCRIPT = "// a script\n" * 500


@pytest.fixture
def dist(tmp_path):
    """A build, beside something that is none of the page's."""
    folder = tmp_path / "webclient" / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(INDEX)
    (folder / "assets" / "index-abc.js").write_text(SCRIPT)
    (folder / "assets" / "photo-abc.png").write_bytes(b"\x89PNG" + bytes(2_000))
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "webclient" / "secret").write_text("secret")
    return folder


def served(dist, making=None):
    app = FastAPI()
    app.state.page = page.Page(making, dist)
    app.include_router(page.router)
    install(app)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://localhost")


async def test_the_page_may_load_and_call_nothing_but_its_own_server(dist):
    async with served(dist) as browser:
        answer = await browser.get("/")
    assert answer.text == INDEX
    policy = dict(each.split(" ", 1) for each in answer.headers["content-security-policy"].split("; "))
    assert policy.pop("default-src") == "'none'"
    assert policy.pop("img-src") == "'self' data:"
    assert set(policy.values()) <= {"'self'", "'none'", "'script'"}
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "microphone=(self)" in answer.headers["permissions-policy"]


async def test_the_page_is_asked_for_anew_and_its_assets_are_kept_for_good(dist):
    async with served(dist) as browser:
        index, script = await browser.get("/"), await browser.get("/assets/index-abc.js")
        again = await browser.get("/", headers={"If-None-Match": index.headers["etag"]})
    assert index.headers["cache-control"] == "no-cache"
    assert "immutable" in script.headers["cache-control"]
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("name", "media_type", "is_zipped"),
    [("index-abc.js", "text/javascript; charset=utf-8", True), ("photo-abc.png", "image/png", False)],
)
async def test_a_file_says_what_it_is_and_comes_compressed_where_that_helps(
    dist, name, media_type, is_zipped
):
    async with served(dist) as browser:
        answer = await browser.get(f"/assets/{name}", headers={"Accept-Encoding": "gzip"})
        plain = await browser.get(f"/assets/{name}", headers={"Accept-Encoding": "identity"})
        head = await browser.head(f"/assets/{name}")
    assert answer.headers["content-type"] == media_type
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.content == plain.content == (dist / "assets" / name).read_bytes()
    assert (answer.headers.get("content-encoding") == "gzip") is is_zipped
    assert (int(answer.headers["content-length"]) < len(plain.content)) is is_zipped
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../../secret",
        "/assets/..%2f..%2fsecret",
        "/assets/..%2f..%2f..%2fsecret",
        "/assets/%2e%2e/%2e%2e/secret",
        "/assets//etc/passwd",
        "/assets/%2fetc%2fpasswd",
        "/assets/..%5c..%5csecret",
        "/assets/index-abc.js%00",
        "/assets/",
        "/assets",
        "/secret",
        "/dist/index.html",
        "/package.json",
        "/talk-to-text/index.html",
        "/talk-to-text.html",
        "/talk",
    ],
)
async def test_nothing_else_is_served_whatever_the_path(dist, path):
    async with served(dist) as browser:
        answer = await browser.get(path)
    assert (answer.status_code, answer.json()["detail"]["code"]) == (404, "not_found")


async def test_the_demo_is_the_same_page_at_an_address_of_its_own(dist):
    async with served(dist) as browser:
        page, demo = await browser.get("/"), await browser.get("/talk-to-text?a=b")
        head = await browser.head("/talk-to-text")
    assert demo.text == INDEX
    assert dict(demo.headers) == dict(page.headers) == dict(head.headers)
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_the_demo_with_a_slash_at_its_end_is_found_behind_whatever_prefix(dist, method):
    async with served(dist) as browser:
        answer = await browser.request(method, "/talk-to-text/?a=b", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "../talk-to-text?a=b")
    there = urljoin("https://example.org/voice/talk-to-text/?a=b", answer.headers["location"])
    assert there == "https://example.org/voice/talk-to-text?a=b"


async def test_a_new_build_is_served_without_a_restart(dist):
    async with served(dist) as browser:
        await browser.get("/")
        (dist / "assets" / "index-new.js").write_text("new")
        (dist / "index.html").write_text("new")
        os.utime(dist / "index.html", (0, 0))
        assert (await browser.get("/")).text == "new"
        assert (await browser.get("/assets/index-new.js")).text == "new"


@pytest.mark.parametrize("path", ["/", "/talk-to-text"])
async def test_without_a_build_the_page_says_how_to_make_one(tmp_path, path):
    async with served(tmp_path) as browser:
        answer = await browser.get(path)
    assert "npm ci &amp;&amp; npm run build" in answer.text
    assert "agent call" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


async def test_a_build_that_failed_says_why_in_the_page(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "package.json").touch()
    told = []
    with PageMaking(PageBuild(tmp_path), told.append) as making:
        async with served(tmp_path / "dist", making) as browser:
            answer = await browser.get("/")
    assert "takes Node 20 or later; install it" in answer.text
    assert "refresh" not in answer.headers
    assert told == [
        "the page is not built, which takes Node 20 or later; install it, start again; "
        "calls are taken all the same"
    ]


async def test_whoever_comes_while_the_page_is_built_gets_it_when_it_is(dist):
    made = dist.rename(dist.with_name("made"))

    class Slow(PageBuild):
        def make(self):
            made.rename(self.dist)

    with PageMaking(Slow(dist.parent), print) as making:
        async with served(dist, making) as browser:
            assert (await browser.get("/")).text == INDEX
