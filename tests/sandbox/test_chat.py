"""The conversationalist as OpenAI's client meets it."""

import json
import urllib.error
import urllib.request

import pytest
from openai import BadRequestError, NotFoundError

pytestmark = pytest.mark.anyio

HELLO = [{"role": "user", "content": "Hello!"}]


async def test_a_stream_begins_with_the_role_and_ends_with_usage(openai):
    stream = await openai.chat.completions.create(
        model="any", messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    words = [choice.delta.content or "" for chunk in chunks for choice in chunk.choices]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(words) == "Hello! What can I do for you?"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage.completion_tokens == 7


async def test_the_whole_answer_is_that_of_the_stream(openai):
    completion = await openai.chat.completions.create(model="any", messages=HELLO)
    assert completion.choices[0].message.content == "Hello! What can I do for you?"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        pytest.param({"model": ""}, "model", id="no model"),
        pytest.param({"messages": "Hello"}, "messages", id="messages that are none"),
        pytest.param(
            {"stream_options": {"include_usage": "often"}}, "stream_options.include_usage", id="deep"
        ),
    ],
)
async def test_a_wrong_request_names_the_field(openai, fields, param):
    with pytest.raises(BadRequestError) as refused:
        await openai.chat.completions.create(**{"model": "any", "messages": HELLO, **fields})
    assert refused.value.param == param


def test_a_key_is_wanted(base_url):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{base_url}/models", timeout=5)
    with refused.value as response:
        error = json.load(response)["error"]
    assert (response.status, error["code"], set(error)) == (
        401,
        "invalid_api_key",
        {"message", "type", "param", "code"},
    )


async def test_every_response_has_a_request_id(openai):
    answered = await openai.chat.completions.with_raw_response.create(model="any", messages=HELLO)
    with pytest.raises(NotFoundError) as refused:
        await openai.models.retrieve("no-such-model")
    assert answered.headers["x-request-id"] != refused.value.request_id
    assert refused.value.request_id


async def test_models_are_listed(openai):
    names = [model.id async for model in openai.models.list()]
    assert (await openai.models.retrieve(names[0])).id == names[0]
