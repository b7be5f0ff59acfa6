"""A session with the model that has reached its longest age, which nobody is to notice."""

import pytest
from pipecat.frames.frames import TTSStoppedFrame
from turnwise.agents.frames import UserTurnDecidedFrame
from turnwise.processors.openai_realtime import OpenAIRealtime

from .realtime_model import realtime_model
from .running import running

pytestmark = pytest.mark.anyio
EXPIRED = {
    "type": "invalid_request_error",
    "code": "session_expired",
    "message": "Maximum duration of 60 minutes.",
}


@pytest.fixture
async def model(anyio_backend):
    async with realtime_model() as model:
        yield model


async def test_a_session_that_expires_while_nobody_waits_is_replaced_unnoticed(model):
    call = model.call()
    async with running(OpenAIRealtime(call, call.upstream, model="m")) as line:
        await (await model.session()).say("error", error=EXPIRED)
        fresh = await model.session(2)
        await fresh.notices()
        await fresh.answers("Here I am.")
        await line.down(TTSStoppedFrame)
        assert line.failed() == []


@pytest.mark.parametrize("twice", [False, True])
async def test_words_that_come_after_the_session_has_expired_are_written_down(model, twice):
    call = model.call()
    async with running(OpenAIRealtime(call, call.upstream, model="m")) as line:
        mind = await model.session()
        await mind.notices()
        await line.down(UserTurnDecidedFrame)
        for _ in range(1 + twice):
            await mind.say("error", error=EXPIRED)
        await mind.writes_down("Hello, can you hear me?")
        await mind.connection.wait_closed()
        (message,) = call.conversation.context.get_messages()
    assert message["content"] == "Hello, can you hear me?"
