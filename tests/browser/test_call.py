"""A person opens the page, presses Connect, talks, hears the answers, and hangs up."""

import re

import pytest

from .. import ears
from ..words import SENTENCES, error_rate, words
from .town import AT_ONCE, SAID

pytestmark = pytest.mark.side_by_side
TURN = ["thinking", "speaking", "listening"]
SPEAKERS = {"user": "You", "agent": "Agent"}


@pytest.mark.parametrize(
    ("transport", "agent"),
    [
        ("websocket", "default"),
        ("webrtc", "default"),
        ("websocket", "realtime"),
        ("webrtc", "realtime"),
        ("webrtc", "realtime_over_webrtc"),
    ],
)
@pytest.mark.side_by_side(places=AT_ONCE)  # alone, as a person is: a full machine tears the voice
async def test_three_turns_are_heard_answered_shown_and_kept(town, transport, agent):
    url = f"{town.house.url}/?transport={transport}&agent={agent}"
    async with town.visit(url, reduced_motion="no-preference") as visit:
        await visit.press("Connect")
        await visit.becomes("Connected")
        await visit.turns(3)
        await visit.press("Disconnect")
        await visit.becomes("Disconnected")
        shown, heard = await visit.conversation(), await visit.heard()
        stored = (await town.house.becomes(visit.meetings[0], "processing"))["chunks"]
        states, table = await visit.seen_states(), await visit.page.locator("tbody tr").all_inner_texts()
        growth = await visit.growth()
    assert states == ["off", "connecting", "listening", *TURN * 3, "off"]
    assert [(SPEAKERS[chunk["speakerType"]], chunk["text"]) for chunk in stored] == shown
    assert [who for who, _ in shown] == ["You", "Agent"] * 3
    for _, text in shown[::2]:
        assert min(error_rate(SENTENCES[name], text) for name in SAID) <= 0.4, f"nobody said {text!r}"
    assert len([look for _, look in growth if look == "speaking"]) >= 3, "no text before the voice ended"
    said = " ".join(text for who, text in shown if who == "Agent")
    understood = await ears.heard(town.house.sandbox_url, *heard)
    assert error_rate(said, understood) <= 0.2, f"{understood!r} is not {said!r}"
    assert [_adds_up(row) for row in table] == [True] * 3, table
    assert visit.console_errors == []
    assert _hosts(visit.requests) == {town.house.url.partition("://")[2]}


async def test_the_page_in_an_application_of_ones_own_calls_below_its_prefix(town):
    from .servers import mounted

    async with mounted(town) as url, town.visit(f"{url}/voice/") as visit:
        await visit.press("Connect")
        await visit.looks("listening")
        await visit.press("Disconnect")
        await visit.becomes("Disconnected")
        assert visit.console_errors == []
        assert all("/voice/" in request for request in visit.requests), visit.requests


@pytest.mark.parametrize("lost", ["", "**/api/agents"])
async def test_the_agent_in_the_address_answers_even_before_the_list_of_agents_is_here(town, lost):
    async with town.visit(f"{town.house.url}/?agent=greeter", lost=lost) as visit:
        await visit.press("Connect")
        await visit.shows("speaking", "listening")
        (who, said), *_ = await visit.conversation()
    assert (who, words(said)) == ("Agent", ["welcome", "to", "the", "museum"])


def _adds_up(row):
    """Whether the parts of a turn's time are its total, as far as two digits tell."""
    *parts, total = (float(each) for each in re.findall(r"(\d+\.\d\d) s", row))
    return len(parts) == 6 and abs(sum(parts) - total) <= 0.035


def _hosts(requests):
    urls = (request.split(" ", 1)[1] for request in requests)
    return {re.split(r"[/?#]", url.partition("://")[2])[0] for url in urls if not url.startswith("data:")}
