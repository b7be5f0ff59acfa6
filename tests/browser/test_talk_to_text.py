"""A person opens the demo, presses Start, speaks, reads what the model writes, and presses Stop."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from playwright.async_api import expect
from turnwise.agents.client.api import Api
from turnwise.agents.client.caller import Caller
from turnwise.agents.terms import Terms

from .servers import mounted, own_server
from .town import AT_ONCE
from .visit import LONGEST_MS

pytestmark = pytest.mark.side_by_side
AGENT = "talk-to-text"
STAGE = "realtime"
WATCH = """() => {
  const area = document.querySelector("textarea");
  window.texts = [];
  (function frame() {
    if (area.value !== window.texts.at(-1)) window.texts.push(area.value);
    requestAnimationFrame(frame);
  })();
}"""
"""Keeps what a person at the page could read, frame by frame."""


def at(url):
    return f"{url}/{AGENT}"


async def text_of(visit):
    return await visit.page.get_by_label("What the model writes").input_value()


async def writes_answers(visit, count):
    """Waits until so many answers were written to their end."""
    lines = re.compile(rf"^.+(\n+.+){{{count - 1}}}$")
    await expect(visit.page.get_by_label("What the model writes")).to_have_value(lines, timeout=LONGEST_MS)
    await visit.looks("listening")


@pytest.mark.side_by_side(places=AT_ONCE)
async def test_three_answers_grow_in_the_text_area_and_nothing_is_stored(town):
    async with town.visit(at(town.house.url)) as visit:
        await visit.page.evaluate(WATCH)
        await visit.press("Start")
        await visit.becomes("Connected")
        await town.house.behave(visit.meetings[0], STAGE, per_token_ms=50)
        for count in (1, 2, 3):
            await writes_answers(visit, count)
        before = await text_of(visit)
        await visit.press("Stop")
        await visit.becomes("Disconnected")
        text, states = await text_of(visit), await visit.seen_states()
        texts = await visit.page.evaluate("texts")
        meeting = await town.house.becomes(visit.meetings[0], "processing")
    assert text == before
    assert len(text.split("\n\n")) == 3
    assert states == ["off", "connecting", "listening", *["thinking", "speaking", "listening"] * 3, "off"]
    assert all(later.startswith(earlier) for earlier, later in pairwise(texts))
    assert len(texts) > 5 * 3, "answers came in few pieces"
    assert meeting["chunks"] == []
    assert visit.console_errors == []


async def test_a_second_talk_is_another_meeting_and_its_text_comes_after_a_gap(town):
    async with town.visit(at(town.house.url)) as visit:
        for count in (1, 2):
            await visit.press("Start")
            await writes_answers(visit, count)
            await visit.press("Stop")
            await visit.becomes("Disconnected")
        text = await text_of(visit)
    first, _, second = text.partition("\n\n\n")
    assert first
    assert second
    assert len(set(visit.meetings)) == 2


async def test_stop_in_the_middle_of_an_answer_leaves_its_words_and_no_call(town):
    async with town.visit(at(town.house.url)) as visit:
        await visit.press("Start")
        await visit.looks("listening")
        await town.house.behave(visit.meetings[0], STAGE, per_token_ms=1_000)  # "Yes, I can …"
        await expect(visit.page.get_by_label("What the model writes")).not_to_have_value(
            "", timeout=LONGEST_MS
        )
        await visit.press("Stop")
        await visit.becomes("Disconnected")
        text = await text_of(visit)
        await town.house.becomes(visit.meetings[0], "processing")
    assert text
    assert not text.endswith((".", "?")), "it was not the middle"


async def test_a_model_that_fails_is_told_and_the_next_answer_comes(town):
    async with town.visit(at(town.house.url)) as visit:
        await visit.press("Start")
        await visit.looks("listening")
        await town.house.behave(visit.meetings[0], STAGE, fault="500", times=1)
        await visit.shows("recovering_error", "listening")
        assert len(await visit.told("upstream_error")) > 20
        await writes_answers(visit, 1)
        await visit.becomes("Connected")


async def test_below_a_prefix_the_address_works_with_and_without_a_slash_at_its_end(town):
    async with mounted(town) as url, town.visit(f"{at(f'{url}/voice')}/") as visit:
        await visit.page.reload()
        await visit.press("Start")
        await visit.looks("listening")
        await visit.press("Stop")
        await visit.becomes("Disconnected")
        assert visit.page.url == at(f"{url}/voice")
        assert all("/voice/" in request for request in visit.requests), visit.requests
        await visit.page.get_by_role("link").click()
        await visit.page.get_by_role("link", name="Talk to text").click()
        await visit.page.get_by_role("button", name="Start").wait_for()
        assert visit.console_errors == []


async def test_a_server_without_the_agent_says_what_to_add_before_anybody_speaks(town):
    async with own_server(town) as served:
        services = served.turnwise.services
        agents = {name: agent for name, agent in services.settings.agents.items() if name != AGENT}
        services.adopt(Terms.of(replace(services.settings, agents=agents)))
        async with town.visit(at(served.url)) as visit:
            assert "[agents.talk-to-text]" in await visit.told("agent_unknown")
            assert await visit.page.get_by_role("button", name="Start").is_disabled()


async def test_a_microphone_that_the_demo_may_not_use(town):
    async with town.visit(at(town.house.url), is_granted=False) as visit:
        await visit.press("Start")
        assert "Allow it" in await visit.told("microphone_denied")
        await visit.becomes("Disconnected")


async def test_the_demo_on_a_server_that_is_full(town):
    async with own_server(town, "[server]\nmax_calls = 1") as served, Api(served.url) as api:
        meeting_id = await api.create_meeting()
        async with Caller.connect(served.url, meeting_id, await api.create_token(meeting_id)) as other:
            await other.wait_for_state("listening")
            async with town.visit(at(served.url)) as visit:
                await visit.press("Start")
                assert "in a minute" in await visit.told("too_many_calls")
                await visit.becomes("Disconnected")
