"""What is seen of a call: nothing moves with its state, what is wrong is in sight, and muted looks muted."""

import pytest

pytestmark = pytest.mark.side_by_side
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
SMALL_PHONE = {"width": 360, "height": 640}


async def place(visit, selector):
    """The first of these on the page: x, y, width and height, in pixels from the top left."""
    return await visit.page.locator(selector).first.bounding_box()


@pytest.mark.parametrize("viewport", [DESK, PHONE])
async def test_whoever_hangs_up_reads_on_where_the_conversation_was(town, viewport):
    async with town.visit(f"{town.house.url}/?agent=greeter", viewport=viewport) as visit:
        await visit.press("Connect")
        await visit.shows("speaking", "listening")
        shown = ("[role=log]", "header a", ".status i")
        before = [await place(visit, selector) for selector in shown]
        await visit.press("Disconnect")
        await visit.becomes("Disconnected")
        assert [await place(visit, selector) for selector in shown] == before


async def test_on_a_small_phone_an_error_is_in_sight_and_not_behind_the_button(town):
    async with town.visit(town.house.url, is_granted=False, viewport=SMALL_PHONE) as visit:
        await visit.press("Connect")
        await visit.told("microphone_denied")
        error, actions = await place(visit, ".error-box"), await place(visit, ".actions")
        assert error["y"] + error["height"] <= actions["y"]


@pytest.mark.parametrize("viewport", [DESK, PHONE])
async def test_in_the_demo_the_text_stays_where_it_is_when_copy_comes(town, viewport):
    async with town.visit(f"{town.house.url}/talk-to-text", viewport=viewport) as visit:
        before = await place(visit, "textarea")
        await visit.press("Start")
        await visit.page.get_by_role("button", name="Copy").wait_for()
        await visit.press("Stop")
        await visit.becomes("Disconnected")
        assert await place(visit, "textarea") == before


async def test_whoever_is_muted_sees_it_by_the_colour_too(town):
    async with town.visit(town.house.url) as visit:
        await visit.press("Connect")
        await visit.press("Mute")  # before anything is said: it listens, and goes on listening
        await visit.looks("listening")
        orb = visit.page.locator(".orb")
        muted = await orb.evaluate("orb => getComputedStyle(orb).color")
        await visit.press("Mute")
        assert await orb.evaluate("orb => getComputedStyle(orb).color") != muted
