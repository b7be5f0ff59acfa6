"""What each fault of a model that hears and speaks itself comes to, and what the next session knows."""

import pytest
from pipecat.frames.frames import (
    TTSStoppedFrame,
    TTSTextFrame,
    UserStartedSpeakingFrame,
    VADUserStartedSpeakingFrame,
)
from turnwise.agents.faults import describe
from turnwise.agents.frames import UserTurnDecidedFrame
from turnwise.processors import realtime_line

from .microphone import audio, loud_secs
from .realtime_calls import code_of, realtime, says_hello, with_memory
from .running import eventually, running

pytestmark = pytest.mark.anyio


FAILED = {"error": {"type": "rate_limit_error", "code": "rate_limit_exceeded", "message": "too fast"}}
AN_ERROR = {"type": "server_error", "code": None, "message": "oops"}
FAULTS = {
    "failed": (lambda mind: mind.ends("answer 2", "failed", status_details=FAILED), "rate_limited"),
    "error": (lambda mind: mind.say("error", error=AN_ERROR), "upstream_error"),
    "empty": (lambda mind: mind.ends("answer 2"), "empty_answer"),
    "no event": (lambda mind: mind.connection.send("ceci n'est pas"), "malformed"),
    "half an event": (lambda mind: mind.say("response.done"), "malformed"),
    "dropped": (lambda mind: mind.connection.close(), "cut_off"),
    "incomplete": (lambda mind: mind.ends("answer 2", "incomplete"), "cut_off"),
}


def speech(secs):
    return [VADUserStartedSpeakingFrame(start_secs=0.2), *[audio() for _ in range(round(secs / 0.02))]]


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_is_told_once_and_the_next_session_knows_the_conversation(model, fault):
    does, code = FAULTS[fault]
    call = model.call()
    async with running(*with_memory(call)) as line:
        mind = await model.session()
        await says_hello(mind, line)
        await mind.understands("And now?", "said 2")
        await mind.begins("answer 2")
        await does(mind)
        fresh = await model.session(2)
        created = await fresh.is_told("conversation.item.create", 3)
        await fresh.notices("said 3")
        await fresh.answers("Again.", "answer 3")
        await line.down(TTSStoppedFrame, 2)
        (error,) = line.failed()
    assert code_of(error) == code
    said = [(each["item"]["role"], each["item"]["content"][0]) for each in created]
    assert said == [
        ("user", {"type": "input_text", "text": "Hello?"}),
        ("assistant", {"type": "output_text", "text": "Yes."}),
        ("user", {"type": "input_text", "text": "And now?"}),
    ]


async def test_a_model_that_says_nothing_is_given_up_in_time(model):
    async with running(realtime(model.call(), first_secs=0.2)) as line:
        await (await model.session()).notices()
        await model.session(2)
        assert [code_of(error) for error in line.failed()] == ["timeout"]


async def test_a_model_that_stalls_is_given_up_in_time(model):
    async with running(realtime(model.call(), next_secs=0.2)) as line:
        mind = await model.session()
        await mind.notices()
        await mind.begins()
        await mind.tells("Yes")
        await model.session(2)
        assert [code_of(error) for error in line.failed()] == ["timeout"]


async def test_an_error_of_no_consequence_is_none(model):
    async with running(realtime(model.call())) as line:
        mind = await model.session()
        await mind.say("error", error={"type": "invalid_request_error", "code": "response_cancel_not_active"})
        await mind.notices()
        await mind.answers("Yes.")
        await line.down(TTSTextFrame)
        assert line.failed() == []


async def test_ten_faults_in_a_row_are_told_once_each_and_the_eleventh_turn_is_answered(model, monkeypatch):
    monkeypatch.setattr(realtime_line, "BACKOFF_SECS", (0.01,))
    async with running(realtime(model.call())) as line:
        for number in range(1, 11):
            mind = await model.session(number)
            await mind.notices()
            await mind.begins()
            await mind.ends()
            await eventually(lambda wanted=number: len(line.failed()) == wanted)
        mind = await model.session(11)
        await mind.notices()
        await mind.answers("At last.")
        assert [frame.text for frame in await line.down(TTSTextFrame)] == ["At last."]
        assert len(line.failed()) == 10


async def test_a_refusal_is_told_once_with_its_status_until_somebody_speaks(model, monkeypatch):
    monkeypatch.setattr(realtime_line, "BACKOFF_SECS", (0.01,))
    model.refusals = [401, 401, 401]
    async with running(realtime(model.call())) as line:
        await model.session()
        (error,) = line.failed()
    told = describe("realtime", error.exception)
    assert (told.code, told.status, told.request_id) == ("key_refused", 401, "req_refused")


async def test_what_is_said_while_a_session_is_opened_is_heard(model):
    model.refusals = [500]
    async with running(realtime(model.call())) as line:
        await eventually(line.failed)
        await line.feed(*[audio() for _ in range(20)])
        mind = await model.session()
        await eventually(lambda: loud_secs(mind.heard) > 0.35)


async def test_a_session_that_is_lost_while_the_user_speaks_is_replaced_unnoticed(model):
    async with running(realtime(model.call())) as line:
        mind = await model.session()
        await line.feed(*[audio() for _ in range(30)])
        await eventually(lambda: loud_secs(mind.heard) > 0.5)
        await mind.begins_to_hear()
        await line.down(UserStartedSpeakingFrame)
        await mind.connection.close()
        fresh = await model.session(2)
        await eventually(lambda: loud_secs(fresh.heard) > 0.5)
        assert line.failed() == []


async def test_a_session_that_is_lost_in_the_second_turn_hears_only_that_again(model):
    async with running(realtime(model.call(vad=True))) as line:
        mind = await model.session()
        await line.feed(*speech(2.0))
        await eventually(lambda: loud_secs(mind.heard) > 1.9)
        await line.feed(UserTurnDecidedFrame(0.6))
        await mind.say("input_audio_buffer.committed", item_id="said 1")
        await mind.writes_down("Hello?")
        await mind.answers("Yes.")
        await line.down(TTSStoppedFrame)
        await line.feed(*speech(0.4))
        await eventually(lambda: loud_secs(mind.heard) > 2.3)
        await mind.connection.close()
        fresh = await model.session(2)
        await line.feed(UserTurnDecidedFrame(0.6))
        await fresh.is_told("response.create")
        await fresh.say("input_audio_buffer.committed", item_id="said 2")
        await fresh.writes_down("Hello?", "said 2")
    assert loud_secs(fresh.heard) == pytest.approx(0.4, abs=0.1)


async def test_a_session_is_renewed_before_it_expires_with_the_conversation(model, monkeypatch):
    monkeypatch.setattr(realtime_line, "RENEW_SECS", 0.3)
    call = model.call()
    async with running(*with_memory(call)) as line:
        mind = await model.session()
        await says_hello(mind, line)
        fresh = await model.session(2)
        await fresh.is_told("conversation.item.create", 2)
        assert line.failed() == []


async def test_a_session_that_never_opens_is_told_in_time(model):
    call = model.call(vad=True)
    model.refusals = [500] * 100
    async with running(realtime(call, first_secs=0.3)) as line:
        await eventually(line.failed)
        await line.feed(VADUserStartedSpeakingFrame(start_secs=0.2), audio(), UserTurnDecidedFrame(0.6))
        await eventually(lambda: len(line.failed()) == 2)
