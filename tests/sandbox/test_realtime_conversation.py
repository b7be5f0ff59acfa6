"""What a client can do with a conversation, and what it is told when it does it wrong."""

import base64
import json

import pytest
from turnwise.agents.sandbox.realtime.events import new_id

from .talking import conversing

pytestmark = pytest.mark.anyio
TEXT = ["text"]
HOURS = {
    "type": "function",
    "name": "opening_hours",
    "description": "When the museum is open.",
    "parameters": {"type": "object", "properties": {"day": {"type": "string"}}, "required": ["day"]},
}


def text_of(response):
    (item,) = response.output
    return item.content[0].transcript or item.content[0].text


async def test_a_function_is_called_and_its_result_is_spoken_of(openai, spoken):
    async with conversing(openai, output_modalities=TEXT, tools=[HOURS]) as client:
        await client.hear(spoken("time"))
        (call,) = (await client.answered()).output
        assert (call.type, call.name, json.loads(call.arguments)) == (
            "function_call",
            "opening_hours",
            {"day": "Sunday"},
        )
        deltas = client.said("response.function_call_arguments.delta")
        (done,) = client.said("response.function_call_arguments.done")
        assert "".join(event.delta for event in deltas) == done.arguments == call.arguments
        output = {"type": "function_call_output", "call_id": call.call_id, "output": '"Open from nine"'}
        await client.say("conversation.item.create", item=output)
        await client.say("response.create")
        assert text_of(await client.answered()) == "Open from nine."


async def test_a_response_beside_the_conversation_leaves_no_trace_in_it(openai):
    async with conversing(openai, output_modalities=TEXT) as client:
        await client.write("My name is Alice.")
        await client.until("conversation.item.done")
        await client.say(
            "response.create",
            response={
                "conversation": "none",
                "metadata": {"for": "title"},
                "input": [
                    {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}
                ],
            },
        )
        beside = await client.answered()
        assert (text_of(beside), beside.conversation_id) == ("Hello! What can I do for you?", None)
        assert beside.metadata == {"for": "title"}
        assert not client.said("conversation.item.added")
        assert text_of(await client.ask("What is my name?")) == "Your name is Alice."


async def test_sound_may_come_as_an_item_too(openai, spoken):
    async with conversing(openai, output_modalities=TEXT) as client:
        audio = base64.b64encode(spoken("weather")).decode()
        item = {"type": "message", "role": "user", "content": [{"type": "input_audio", "audio": audio}]}
        await client.say("conversation.item.create", item=item)
        await client.say("response.create")
        assert "Paris" in text_of(await client.answered())


async def test_items_are_put_in_place_shown_and_taken_away(openai):
    async with conversing(openai, output_modalities=TEXT) as client:
        first, second = new_id("item"), new_id("item")
        for item_id, name, before in ((second, "Bob", None), (first, "Alice", "root")):
            content = [{"type": "input_text", "text": f"My name is {name}."}]
            item = {"id": item_id, "type": "message", "role": "user", "content": content}
            await client.say("conversation.item.create", item=item, previous_item_id=before)
        await client.say("conversation.item.retrieve", item_id=second)
        assert (await client.until("conversation.item.retrieved")).item.content[0].text == "My name is Bob."
        assert [event.previous_item_id for event in client.said("conversation.item.added")] == [None, None]
        assert text_of(await client.ask("What is my name?")) == "Your name is Bob."
        await client.say("conversation.item.delete", item_id=second)
        await client.until("conversation.item.deleted")
        assert text_of(await client.ask("What is my name?")) == "Your name is Alice."


async def test_what_was_not_heard_of_an_answer_was_not_said(openai):
    async with conversing(openai) as client:
        story = await client.ask("Tell me a story.")
        item = story.output[0]
        cut = {"item_id": item.id, "content_index": 0}
        await client.say("conversation.item.truncate", **cut, audio_end_ms=60_000)
        assert "already shorter" in (await client.until("error")).error.message
        await client.say("conversation.item.truncate", **cut, audio_end_ms=2_000)
        assert (await client.until("conversation.item.truncated")).audio_end_ms == 2_000
        await client.say("conversation.item.retrieve", item_id=item.id)
        shown = await client.until("conversation.item.retrieved")
        assert shown.item.content[0].transcript is None
        again = text_of(await client.ask("What did you say?"))
    assert again
    assert item.content[0].transcript.startswith(again)
    assert len(again) < len(item.content[0].transcript) / 2


async def test_one_answer_at_a_time_and_it_can_be_cancelled(openai, control):
    control("PUT", "behaviour", {"stage": "realtime", "per_token_ms": 100})
    async with conversing(openai, output_modalities=TEXT) as client:
        await client.write("Tell me a story.")
        await client.say("response.create")
        await client.until("response.output_text.delta")
        await client.say("response.create")
        assert (await client.until("error")).error.code == "conversation_already_has_active_response"
        await client.say("response.cancel")
        done = await client.answered()
        assert (done.status, done.status_details.reason) == ("cancelled", "client_cancelled")
        await client.say("response.cancel")
        assert (await client.until("error")).error.code == "response_cancel_not_active"


async def test_an_answer_that_is_too_long_is_incomplete(openai):
    async with conversing(openai, output_modalities=TEXT, max_output_tokens=5) as client:
        done = await client.ask("Tell me a story.")
    assert (done.status, done.status_details.reason) == ("incomplete", "max_output_tokens")
    assert text_of(done) == "Once upon a time a"


async def test_settings_that_are_not_given_stay(openai):
    detection = {"type": "semantic_vad", "eagerness": "high"}
    async with conversing(openai, audio={"input": {"turn_detection": detection}}) as client:
        audio = {"input": {"noise_reduction": {"type": "near_field"}}, "output": {"voice": "cedar"}}
        await client.say("session.update", session={"type": "realtime", "audio": audio})
        client.events.clear()
        session = (await client.until("session.updated")).session
    assert session.audio.input.turn_detection.eagerness == "high"
    assert session.audio.input.noise_reduction.type == "near_field"
    assert (session.audio.output.voice, session.output_modalities) == ("cedar", ["audio"])


async def test_the_voice_stays_once_it_was_heard(openai):
    async with conversing(openai) as client:
        await client.ask("Hello?")
        audio = {"output": {"voice": "cedar"}}
        await client.say("session.update", session={"type": "realtime", "audio": audio})
        assert (await client.until("error")).error.code == "cannot_update_voice"


def update(**session):
    return {"type": "session.update", "session": {"type": "realtime", **session}}


def created(**item):
    return {"type": "conversation.item.create", "item": item}


@pytest.mark.parametrize(
    ("said", "code", "param"),
    [
        (update(modalities=["text", "audio"]), "unknown_parameter", "session.modalities"),
        (update(input_audio_format="pcm16"), "unknown_parameter", "session.input_audio_format"),
        (update(voice="alloy"), "unknown_parameter", "session.voice"),
        (update(temperature=0.8), "unknown_parameter", "session.temperature"),
        (update(output_modalities=["text", "audio"]), "invalid_value", "session.output_modalities"),
        (update(model="gpt-realtime-9"), "invalid_value", "session.model"),
        (update(audio={"output": {"voice": "hal"}}), "invalid_value", "session.audio.output.voice"),
        (
            update(audio={"input": {"format": {"type": "audio/pcm", "rate": 16_000}}}),
            "invalid_value",
            "session.audio.input.format.rate",
        ),
        (
            update(audio={"input": {"turn_detection": {"type": "server_vad", "eagerness": "low"}}}),
            "unknown_parameter",
            "session.audio.input.turn_detection.eagerness",
        ),
        ({"type": "session.update", "session": {}}, "missing_required_parameter", "session.type"),
        ({"type": "transcription_session.update", "session": {}}, "invalid_value", "type"),
        ({"type": "output_audio_buffer.clear"}, "invalid_value", "type"),
        ({"type": "input_audio_buffer.append", "audio": "%"}, "invalid_value", "audio"),
        ({"type": "input_audio_buffer.commit"}, "input_audio_buffer_commit_empty", None),
        (
            {"type": "response.create", "response": {"modalities": ["text"]}},
            "unknown_parameter",
            "response.modalities",
        ),
        (
            created(type="message", role="assistant", content=[{"type": "text", "text": "Hi"}]),
            "invalid_value",
            "item.content.0.type",
        ),
        (created(type="message", role="robot", content=[]), "invalid_value", "item.role"),
        (created(type="item_reference", id="x"), "invalid_value", "item.type"),
        (
            created(type="function_call_output", call_id="call_1", output=""),
            "invalid_tool_call_id",
            "item.call_id",
        ),
        (
            {"type": "conversation.item.delete", "item_id": "item_1"},
            "item_delete_invalid_item_id",
            "item_id",
        ),
        (
            {
                "type": "conversation.item.truncate",
                "item_id": "item_1",
                "audio_end_ms": 0,
                "content_index": 0,
            },
            "item_truncate_invalid_item_id",
            "item_id",
        ),
    ],
)
async def test_what_is_wrong_with_an_event_is_said_and_the_session_goes_on(openai, said, code, param):
    async with conversing(openai, output_modalities=TEXT) as client:
        await client.say(event_id="mine", kind=said["type"], **{k: v for k, v in said.items() if k != "type"})
        error = (await client.until("error")).error
        assert (error.code, error.param, error.event_id) == (code, param, "mine")
        assert (await client.ask("Hello?")).status == "completed"
