"""A connection that is lost in the middle of an answer."""

import pytest
from turnwise.agents.client.api import Api

from ..vanishing import vanish
from .cable import Cable
from .servers import own_server
from .visit import link

pytestmark = pytest.mark.side_by_side


async def test_comes_back_by_itself_into_the_same_conversation(town):
    async with Cable(town.house.url).laid() as cable, town.visit(cable.url) as visit:
        await visit.press("Connect")
        await visit.looks("speaking")
        before = (await visit.conversation())[0]
        cable.cut()
        await visit.passes("Connected", "Connecting", "Connected")
        assert await visit.page.get_by_role("alert").locator("[data-code]").count() == 0
        await visit.looks("listening")
        await visit.looks("speaking")
        await visit.looks("listening")
        assert (await visit.conversation())[0] == before
        await visit.press("Disconnect")
        await visit.becomes("Disconnected")
        shown = await visit.conversation()
    assert len(visit.meetings) == 1
    stored = (await town.house.transcript(visit.meetings[0]))["chunks"]
    assert [chunk["sequenceNumber"] for chunk in stored] == list(range(1, len(stored) + 1))
    assert sum(chunk["speakerType"] == "user" for chunk in stored) >= 2
    assert [said for who, said in shown if who == "You"] == [
        chunk["text"] for chunk in stored if chunk["speakerType"] == "user"
    ]


async def test_does_not_come_back_with_a_link_that_opens_one_call(town):
    meeting_id = await town.house.new_meeting()
    async with Api(town.house.url) as api:
        token = await api.create_token(meeting_id)
    async with (
        Cable(town.house.url).laid() as cable,
        town.visit(link(cable.url, meeting_id, token)) as visit,
    ):
        await visit.press("Connect")
        await visit.looks("speaking")
        cable.cut()
        assert "lost" in await visit.told("connection_lost")
        await visit.becomes("Disconnected")
        assert len(await visit.conversation()) >= 1


async def test_over_webrtc_a_network_that_is_gone_without_a_word_is_noticed_and_the_call_comes_back(town):
    async with own_server(town) as served, town.visit(f"{served.url}/?transport=webrtc") as visit:
        await visit.press("Connect")
        await visit.looks("speaking")
        before = (await visit.conversation())[0]
        _unplug(served)
        await visit.passes("Connected", "Connecting", "Connected")
        assert await visit.page.get_by_role("alert").locator("[data-code]").count() == 0
        await visit.looks("speaking")
        await visit.looks("listening")
        assert (await visit.conversation())[0] == before
        await visit.press("Disconnect")
        await visit.becomes("Disconnected")
        assert visit.console_errors == []
    assert len(visit.meetings) == 1


async def test_over_webrtc_a_link_that_opens_one_call_does_not_come_back(town):
    async with own_server(town) as served:
        async with Api(served.url) as api:
            meeting_id = await api.create_meeting()
            address = link(served.url, meeting_id, await api.create_token(meeting_id), "webrtc")
        async with town.visit(address) as visit:
            await visit.press("Connect")
            await visit.looks("speaking")
            _unplug(served)
            assert "lost" in await visit.told("connection_lost")
            await visit.becomes("Disconnected")
            assert len(await visit.conversation()) >= 1


def _unplug(served):
    for peer in served.turnwise.peers._peers.values():
        vanish(peer.line._peer.pc)
