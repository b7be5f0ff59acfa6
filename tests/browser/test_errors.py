"""Whatever keeps a person from talking, the page says what it is and what to do."""

import re
import time

import jwt
import pytest
from turnwise.agents.client.api import Api
from turnwise.agents.client.caller import Caller
from turnwise.agents.wire import EndReason

from ..servers import SECRET
from .servers import own_server
from .visit import TRANSPORTS, link

pytestmark = pytest.mark.side_by_side


async def is_told(visit, code, says):
    """Presses Connect and reads what comes of it."""
    await visit.press("Connect")
    assert says in await visit.told(code)
    await visit.becomes("Disconnected")


async def test_a_microphone_that_the_page_may_not_use(town):
    async with town.visit(town.house.url, is_granted=False) as visit:
        await is_told(visit, "microphone_denied", "Allow it")


async def test_no_microphone(town):
    async with town.visit(town.house.url, has_microphone=False) as visit:
        await is_told(visit, "microphone_missing", "Plug one in")


async def test_a_page_over_http_from_another_machine(town):
    async with town.visit(town.house.url.replace("127.0.0.1", "voice.example")) as visit:
        await is_told(visit, "insecure_origin", "https")
        assert not any(request.startswith("POST") for request in visit.requests), "it asked in vain"


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("token_invalid", "new one"),
        ("token_expired", "new link"),
        ("token_used", "one call"),
        ("meeting_mismatch", "belongs together"),
        ("meeting_over", "new conversation"),
    ],
)
async def test_a_link_that_opens_no_call(town, code, says, transport):
    async with own_server(town) as served:
        meeting_id, token = await _link(served, code)
        async with town.visit(link(served.url, meeting_id, token, transport)) as visit:
            await is_told(visit, code, says)
            assert "token=" not in visit.page.url


async def _link(served, code):
    async with Api(served.url) as api:
        meeting_id, other = await api.create_meeting(), await api.create_meeting()
        token = await api.create_token(meeting_id)
    if code == "token_invalid":
        return meeting_id, f"{token}x"
    if code == "token_expired":
        return meeting_id, _expired(token)
    if code == "meeting_mismatch":
        return other, token
    if code == "meeting_over":
        await served.turnwise.services.store.begin(meeting_id)
        await served.turnwise.services.store.finish(meeting_id)
        return meeting_id, token
    async with Caller.connect(served.url, meeting_id, token) as caller:
        await caller.wait_for_state("listening")
        caller.drop()
    return meeting_id, token


def _expired(token):
    claims = jwt.decode(token, SECRET, ["HS256"], audience="turnwise-call")
    now = int(time.time())
    return jwt.encode(claims | {"iat": now - 120, "exp": now - 60}, SECRET, "HS256")


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_server_that_is_full(town, transport):
    async with own_server(town, "[server]\nmax_calls = 1") as served, Api(served.url) as api:
        meeting_id = await api.create_meeting()
        async with Caller.connect(served.url, meeting_id, await api.create_token(meeting_id)) as other:
            await other.wait_for_state("listening")
            async with town.visit(f"{served.url}/?transport={transport}") as visit:
                await is_told(visit, "too_many_calls", "in a minute")


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_server_that_is_about_to_stop(town, transport):
    async with own_server(town) as served:
        await served.turnwise.calls.end_all(EndReason.DRAINED)
        async with town.visit(f"{served.url}/?transport={transport}") as visit:
            await is_told(visit, "draining", "in a minute")


async def test_a_server_that_is_gone(town):
    async with own_server(town) as served:
        visiting = town.visit(served.url)
        visit = await visiting.__aenter__()
    await is_told(visit, "unreachable", "that the server is running")
    await visiting.__aexit__(None, None, None)


async def test_a_network_that_lets_no_webrtc_through(town):
    async def nowhere(route):
        """The server's addresses are none that anybody could reach."""
        answer = await route.fetch()
        text = re.sub(r"(a=candidate:\S+ \d udp \d+) \S+ \d+", r"\1 192.0.2.1 9", await answer.text())
        await route.fulfill(response=answer, body=text)

    async with town.visit(f"{town.house.url}/?transport=webrtc") as visit:
        await visit.page.route(lambda url: url.endswith("/api/webrtc/offer"), nowhere)
        await is_told(visit, "webrtc_blocked", "Choose WebSocket")


async def test_a_server_that_wants_its_api_key_is_given_it_and_the_page_keeps_it_nowhere(town):
    async with own_server(town, TURNWISE_AUTH__API_KEY="the key") as served, town.visit(served.url) as visit:
        await visit.press("Connect")
        field = visit.page.get_by_label("API key")
        await field.fill("wrong")
        await visit.press("Continue")
        await visit.page.get_by_role("alert").get_by_text("does not accept").wait_for()
        await field.fill("the key")
        await visit.press("Continue")
        await visit.becomes("Connected")
        assert await visit.page.evaluate("localStorage.length + sessionStorage.length") == 0
        assert await visit.page.evaluate("document.cookie") == ""
        await visit.press("Disconnect")
        await visit.becomes("Disconnected")


@pytest.mark.parametrize("stage", ["stt", "llm", "tts"])
async def test_a_stage_that_fails_is_told_and_the_next_turn_works(town, stage):
    meeting_id = await town.house.new_meeting()
    await town.house.behave(meeting_id, stage, fault="500", times=1)
    async with Api(town.house.url) as api:
        token = await api.create_token(meeting_id)
    async with town.visit(link(town.house.url, meeting_id, token)) as visit:
        await visit.press("Connect")
        await visit.shows("recovering_error", "listening", "thinking", "speaking")
        assert len(await visit.told("upstream_error")) > 20
        await visit.becomes("Connected")


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize(
    ("agent", "code", "says"), [("impatient", "idle", "nobody spoke"), ("short", "limit", "longest time")]
)
async def test_a_call_that_the_server_ends_is_not_dialled_again(town, agent, code, says, transport):
    async with town.visit(f"{town.house.url}/?agent={agent}&transport={transport}") as visit:
        await visit.press("Connect")
        assert says in await visit.told(code)
        await visit.becomes("Disconnected")
        assert sum("/api/token" in request for request in visit.requests) == 1
