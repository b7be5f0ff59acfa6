"""A finished meeting reaches whoever was named, whatever becomes of a try."""

import asyncio
import contextlib
import sqlite3
import time

import pytest
from starlette.responses import Response

from ..patience import eventually
from . import held
from .receiver import SECRET, Receiver, never

pytestmark = pytest.mark.anyio


async def test_a_finished_meeting_arrives_signed_with_the_transcript_that_the_api_gives(tmp_path, receiver):
    async with held.server(tmp_path, held.webhook(receiver.url)) as served:
        await held.hold(served)
        (delivery,) = await receiver.has(1)
        data = delivery.verified()["data"]
        chunks = await served.turnwise.services.store.chunks(data["meetingId"])
    assert [(chunk["sequenceNumber"], chunk["speakerType"], chunk["text"]) for chunk in data["chunks"]] == [
        (1, "user", held.SAID),
        (2, "agent", held.ANSWERED),
    ]
    assert len(chunks) == 2
    assert (data["agent"], data["user"], data["endedBy"]) == ("default", "ann", "hung_up")
    assert data["startedAt"] < data["endedAt"]


async def test_the_meeting_is_over_and_whole_in_the_database_before_it_is_handed_on(tmp_path, receiver):
    async with held.server(tmp_path, held.webhook(receiver.url)) as served:

        async def look(_: int) -> Response:
            (delivery,) = receiver.deliveries
            meeting_id = delivery.verified()["data"]["meetingId"]
            meeting = await served.turnwise.services.store.meeting(meeting_id)
            seen.append(
                (meeting and meeting.status, len(await served.turnwise.services.store.chunks(meeting_id)))
            )
            return Response()

        seen = []
        receiver.answers.append(look)
        await held.hold(served)
        await held.settled(tmp_path)
    assert seen == [("processing", 2)]


async def test_a_receiver_that_fails_is_tried_again_with_the_same_id(tmp_path, receiver, no_pauses):
    receiver.answers += [500, 503, 408, 302, 200]
    async with held.server(tmp_path, held.webhook(receiver.url)) as served:
        await held.hold(served)
        await held.settled(tmp_path)
    assert len(receiver.deliveries) == 5
    assert len({delivery.id for delivery in receiver.deliveries}) == 1
    assert len({str(delivery.verified()) for delivery in receiver.deliveries}) == 1


async def test_two_meetings_have_two_ids(tmp_path, receiver):
    async with held.server(tmp_path, held.webhook(receiver.url)) as served:
        await asyncio.gather(held.hold(served), held.hold(served))
        first, second = await receiver.has(2)
    assert first.id != second.id


async def test_a_receiver_that_is_down_gets_its_meetings_once_it_is_up(tmp_path, no_pauses, log):
    receiver = Receiver()
    async with held.server(tmp_path, held.webhook(receiver.url)) as served:
        await held.hold(served)
        await eventually(lambda: any("cannot be reached" in line for line in log))
        async with receiver.up():
            await receiver.has(1)
            await held.settled(tmp_path)


@pytest.mark.parametrize("status", [400, 401, 404, 410])
async def test_a_refusal_is_final_and_told_by_the_meetings_id_alone(tmp_path, receiver, log, status):
    receiver.answers += [status]
    async with held.server(tmp_path, held.webhook(receiver.url)) as served:
        await held.hold(served)
        await receiver.has(1)
        await held.settled(tmp_path)
    meeting_id = receiver.json()[0]["data"]["meetingId"]
    assert f"ERROR meeting {meeting_id} is not handed on: the receiver answered {status}\n" in "".join(log)
    assert len(receiver.deliveries) == 1


async def test_what_was_said_the_address_and_the_secret_are_in_no_log_line(
    tmp_path, receiver, log, no_pauses
):
    receiver.answers += [500, 400]
    async with held.server(tmp_path, held.webhook(f"{receiver.url}?key=private")) as served:
        await held.hold(served)
        await held.settled(tmp_path)
    assert "the receiver answered 500" in "".join(log)
    for private in (held.SAID, held.ANSWERED, "key=private", SECRET.removeprefix("whsec_")):
        assert private not in "".join(log)


async def test_a_busy_receiver_says_when_it_wants_to_be_asked_again(tmp_path, receiver):
    async def busy(_: int) -> Response:
        return Response(status_code=429, headers={"Retry-After": "600"})

    receiver.answers += [busy]
    async with held.server(tmp_path, held.webhook(receiver.url)) as served:
        await held.hold(served)
        await receiver.has(1)
    (job,) = held.jobs(tmp_path)
    assert 500 < job["due_at"] - time.time() <= 600


async def test_a_receiver_that_never_takes_it_is_given_up_in_the_end(tmp_path, receiver, no_pauses, log):
    receiver.answers += [500] * 1_000
    text = held.webhook(receiver.url) + "give_up_secs = 0.1\n"
    async with held.server(tmp_path, text) as served:
        await held.hold(served)
        await held.settled(tmp_path)
    meeting_id = receiver.json()[0]["data"]["meetingId"]
    said = f"ERROR meeting {meeting_id} could not be handed on: the receiver answered 500; given up after"
    assert f"{said} {len(receiver.deliveries)} tries" in "".join(log)


async def test_a_receiver_that_hangs_holds_up_neither_calls_nor_the_end_of_the_server(tmp_path, receiver):
    receiver.answers += [never] * 20
    async with held.server(tmp_path, held.webhook(receiver.url)) as served:
        await asyncio.gather(*(held.hold(served) for _ in range(6)))
        await receiver.has(4)
        async with held.call(served):
            pass
    assert len(held.jobs(tmp_path)) == 7
    receiver.answers.clear()
    receiver.deliveries.clear()
    async with held.server(tmp_path, held.webhook(receiver.url)):
        await receiver.has(7)
        await held.settled(tmp_path)


async def test_a_receiver_that_hangs_is_asked_again_after_the_time_that_is_set(tmp_path, receiver, no_pauses):
    receiver.answers += [never, 200]
    async with held.server(tmp_path, held.webhook(receiver.url) + "timeout_secs = 0.2\n") as served:
        await held.hold(served)
        await receiver.has(2)
        await held.settled(tmp_path)


async def test_a_meeting_that_was_deleted_meanwhile_is_not_handed_on(tmp_path, receiver, no_pauses, log):
    async with held.server(tmp_path, held.webhook(receiver.url)) as served:

        async def delete(_: int) -> Response:
            meeting_id = receiver.json()[0]["data"]["meetingId"]
            with contextlib.closing(sqlite3.connect(tmp_path / "turnwise.db", isolation_level=None)) as other:
                other.execute("DELETE FROM meetings WHERE id = ?", (meeting_id,))
            return Response(status_code=500)

        receiver.answers.append(delete)
        await held.hold(served)
        await held.settled(tmp_path)
    assert len(receiver.deliveries) == 1
    assert "it is no longer in the database" in "".join(log)


async def test_where_nobody_is_named_nothing_is_kept(tmp_path):
    async with held.server(tmp_path, "[server]\nrejoin_secs = 0.0\n") as served:
        await held.hold(served)
        await held.settled(tmp_path)


OWN = """
from pathlib import Path


class Keeper:
    def __init__(self, folder: str, fails: int = 0):
        self.folder, self.fails = Path(folder), fails

    async def deliver(self, meeting):
        if self.fails:
            self.fails -= 1
            raise RuntimeError(meeting.chunks[0].text)
        (self.folder / meeting.delivery_id).write_text(meeting.chunks[0].text)
"""


async def test_a_class_of_ones_own_gets_it_and_may_fail_in_between(tmp_path, no_pauses, log):
    (tmp_path / "keeper.py").write_text(OWN)
    (tmp_path / "kept").mkdir()
    text = f'[after_call]\nuse = "keeper:Keeper"\nfolder = "{tmp_path / "kept"}"\nfails = 2\n'
    async with held.server(tmp_path, text) as served:
        await held.hold(served)
        await held.settled(tmp_path)
    assert [file.read_text() for file in (tmp_path / "kept").iterdir()] == [held.SAID]
    assert "RuntimeError" in "".join(log)
    assert held.SAID not in "".join(log)
