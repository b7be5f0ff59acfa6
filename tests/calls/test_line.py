"""What a peer may do on the line without ending the call or hurting anyone."""

import pytest

pytestmark = pytest.mark.side_by_side


async def test_garbage_is_answered_with_one_error_and_the_call_lives(house):
    async with house.call() as caller:
        await caller.wait_for_state("listening")
        for garbage in (b"\xff\xff\xff", "no frame", b"", "[" * 10_000):
            await caller.send_raw(garbage)
        await caller.wait_for_message("error")
        assert (await caller.say(house.wav("hello"))).why is None
    assert len(caller.log.of("error")) == 1


async def test_an_rtvi_message_of_an_unknown_type_gets_an_error_response(house):
    async with house.call() as caller:
        await caller.wait_for_state("listening")
        await caller.send_message({"label": "rtvi-ai", "type": "no-such-type", "id": "7", "data": {}})
        await caller.wait_for_message("error-response")
        assert caller.close_code is None


@pytest.mark.parametrize("kind", ["send-text", "raw-audio", "llm-function-call-result", "send-file"])
async def test_a_client_cannot_go_round_the_gate(house, kind):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id) as caller:
        await caller.wait_for_state("listening")
        await caller.send_message(
            {"label": "rtvi-ai", "type": kind, "id": "7", "data": {"content": "hi", "base64Audio": "AAAA"}}
        )
        await caller.wait_for_message("error-response")
        assert (await caller.say(house.wav("hello"))).why is None
    asked = await house.requests(meeting_id, "llm")
    assert [request["asked"] for request in asked] == [caller.chunks[0].data["text"]]


async def test_audio_at_another_rate_is_dropped_with_one_error(house):
    async with house.call() as caller:
        await caller.wait_for_state("listening")
        for _ in range(5):
            await caller.send_audio(bytes(960), 24_000)
        await caller.wait_for_message("error")
        assert (await caller.say(house.wav("hello"))).why is None
    assert len(caller.log.of("error")) == 1


async def test_a_frame_over_64_kib_closes_the_line_with_1009(house):
    async with house.call() as caller:
        await caller.wait_for_state("listening")
        await caller.send_raw(bytes(70_000))
        assert await caller.wait_for_close() == 1009


async def test_a_microphone_that_stops_in_mid_word_still_gets_an_answer(house):
    async with house.call() as caller:
        await caller.wait_for_state("listening")
        speech = house.wav("weather")
        for at in range(0, len(speech) // 4 * 3, 640):
            await caller.send_audio(speech[at : at + 640])
        caller.mute()
        await caller.wait_for_state("speaking")
