"""What a WebRTC call says, in the order in which a WebSocket would say it."""

import base64
import json

import numpy as np
import pytest
from pipecat.services.openai.realtime.events import parse_server_event
from turnwise.agents.realtime.call_events import CallEvents

from ..patience import eventually

pytestmark = pytest.mark.anyio
TONE = (np.sin(np.arange(480) / 5) * 8000).astype("<i2").tobytes()
SILENCE = bytes(960)
DELTA = "response.output_audio.delta"
PART = {"type": "audio", "transcript": ""}


class Told:
    """Both ends of the translation."""

    def __init__(self):
        self.texts = []
        self.events = CallEvents(self.texts.append)

    def say(self, kind, **fields):
        self.events.take(json.dumps({"type": kind, "event_id": "e", **fields}))

    def hear(self, *pieces):
        for piece in pieces:
            self.events.hear(piece)

    def answer(self, response="r1"):
        """What comes before an answer's voice."""
        self.say("response.created", response={"id": response})
        where = {"response_id": response, "item_id": "i1", "output_index": 0, "content_index": 0}
        self.say("response.content_part.added", part=PART, **where)

    def done(self, response="r1", status="completed"):
        self.say("response.done", response={"id": response, "status": status})

    @property
    def kinds(self):
        """Types, with a stretch of sound as one."""
        kinds = [json.loads(text)["type"] for text in self.texts]
        return [kind for at, kind in enumerate(kinds) if kind != DELTA or kinds[at - 1 : at] != [DELTA]]

    @property
    def sound(self):
        deltas = [json.loads(text) for text in self.texts]
        return b"".join(base64.b64decode(each["delta"]) for each in deltas if each["type"] == DELTA)


@pytest.fixture
async def told():
    return Told()


async def test_an_answer_ends_when_it_was_heard_not_when_it_was_made(told):
    told.answer()
    told.say("output_audio_buffer.started", response_id="r1")
    told.hear(*[TONE] * 5)
    told.say("response.output_audio.done", response_id="r1", item_id="i1", output_index=0, content_index=0)
    told.done()
    told.hear(*[TONE] * 5)
    told.say("output_audio_buffer.stopped", response_id="r1")
    told.hear(TONE, SILENCE, SILENCE)
    assert told.kinds == [
        "response.created",
        "response.content_part.added",
        DELTA,
        "response.output_audio.done",
        "response.done",
    ]
    assert told.sound.startswith(TONE * 11)


async def test_the_voice_is_told_so_that_pipecat_takes_it(told):
    told.answer()
    told.say("output_audio_buffer.started", response_id="r1")
    told.hear(*[TONE] * 4)
    event = parse_server_event(told.texts[-1])
    assert event
    assert (event.type, event.response_id, event.item_id) == (DELTA, "r1", "i1")


async def test_sound_that_overtakes_its_announcement_is_not_lost_and_silence_before_it_is(told):
    told.answer()
    told.hear(*[SILENCE] * 50, TONE, TONE)
    told.say("output_audio_buffer.started", response_id="r1")
    told.hear(TONE, TONE)
    assert told.sound == TONE * 4


async def test_text_goes_ahead_of_the_voice(told):
    told.answer()
    told.say("output_audio_buffer.started", response_id="r1")
    told.say("response.output_audio_transcript.delta", response_id="r1", delta="Hello")
    assert told.kinds[-1] == "response.output_audio_transcript.delta"


async def test_the_text_of_a_second_part_goes_ahead_of_the_voice_of_the_first(told):
    told.answer()
    told.say("output_audio_buffer.started", response_id="r1")
    told.say("response.output_audio.done", response_id="r1", item_id="i1", output_index=0, content_index=0)
    told.say("response.output_audio_transcript.delta", response_id="r1", item_id="i2", delta="And")
    told.done()
    assert told.kinds[-1] == "response.output_audio_transcript.delta"


async def test_an_answer_in_text_waits_for_no_voice(told):
    told.say("response.created", response={"id": "r1"})
    told.say("response.output_text.delta", response_id="r1", delta="Hello")
    told.done()
    assert told.kinds[-1] == "response.done"


async def test_a_function_is_called_without_waiting_for_the_voice(told):
    told.answer()
    told.say("output_audio_buffer.started", response_id="r1")
    told.say("response.output_item.done", response_id="r1", item={"type": "function_call"})
    assert told.kinds[-1] == "response.output_item.done"


async def test_the_next_answer_begins_behind_the_last(told):
    told.answer("r1")
    told.say("output_audio_buffer.started", response_id="r1")
    told.done("r1")
    told.say("response.created", response={"id": "r2"})
    told.hear(*[TONE] * 4)
    told.say("output_audio_buffer.stopped", response_id="r1")
    told.hear(SILENCE, SILENCE)
    assert told.kinds[-3:] == [DELTA, "response.done", "response.created"]


async def test_an_answer_that_was_made_before_it_is_heard_waits_for_its_voice(told):
    told.answer()
    told.done()
    assert told.kinds[-1] == "response.content_part.added"
    told.say("output_audio_buffer.started", response_id="r1")
    told.hear(*[TONE] * 4)
    told.say("output_audio_buffer.stopped", response_id="r1")
    told.hear(SILENCE, SILENCE)
    assert told.kinds[-2:] == [DELTA, "response.done"]


@pytest.mark.parametrize("status", ["cancelled", "failed"])
async def test_an_answer_that_was_broken_off_unheard_is_over_at_once(told, status):
    told.answer()
    told.done(status=status)
    assert told.kinds[-1] == "response.done"


async def test_an_answer_whose_voice_never_comes_is_over_all_the_same(told):
    told.answer()
    told.done()
    await eventually(lambda: told.kinds[-1] == "response.done")


async def test_the_end_of_a_voice_that_rests_is_found_without_packets(told):
    told.answer()
    told.say("output_audio_buffer.started", response_id="r1")
    told.hear(*[TONE] * 4)
    told.done()
    told.say("output_audio_buffer.stopped", response_id="r1")
    await eventually(lambda: told.kinds[-1] == "response.done")


async def test_a_model_that_has_nothing_to_say_gives_no_sign_of_life(told):
    told.answer()
    told.say("output_audio_buffer.started", response_id="r1")
    told.hear(*[TONE] * 4)
    told.hear(*[SILENCE] * 100)
    before = len(told.texts)
    told.hear(*[SILENCE] * 100)
    assert len(told.texts) == before
    told.hear(TONE)
    assert told.sound.endswith(TONE)


async def test_an_interruption_by_the_other_side_ends_the_voice(told):
    told.answer()
    told.say("output_audio_buffer.started", response_id="r1")
    told.hear(*[TONE] * 4)
    told.say("input_audio_buffer.speech_started")
    told.done(status="cancelled")
    told.say("output_audio_buffer.cleared", response_id="r1")
    told.hear(TONE)
    assert told.kinds[-3:] == [DELTA, "input_audio_buffer.speech_started", "response.done"]


async def test_truncating_is_left_to_the_other_side_which_is_told_to_be_silent(told):
    told.answer()
    told.say("output_audio_buffer.started", response_id="r1")
    told.hear(*[TONE] * 4)
    said = told.events.to_send({"type": "conversation.item.truncate", "item_id": "i1"})
    assert [event["type"] for event in said] == ["output_audio_buffer.clear"]
    before = told.sound
    told.hear(TONE)
    assert told.sound == before
    assert told.events.to_send({"type": "conversation.item.truncate"}) == []


@pytest.mark.parametrize(("made", "sent"), [(False, ["response.cancel"]), (True, [])])
async def test_only_an_answer_in_the_making_is_cancelled(told, made, sent):
    told.answer()
    told.say("output_audio_buffer.started", response_id="r1")
    if made:
        told.done()
    said = told.events.to_send({"type": "response.cancel"})
    assert [event["type"] for event in said] == [*sent, "output_audio_buffer.clear"]


async def test_what_is_no_event_is_handed_on_as_it_is(told):
    told.events.take("[1")
    told.events.take('{"type": 7}')
    assert told.texts == ["[1", '{"type": 7}']
