"""The client is told every state, each once and in order."""

import pytest
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.frameworks.rtvi.frames import RTVIServerMessageFrame
from pipecat.tests.utils import SleepFrame, run_test
from turnwise.agents.frames import UserTurnDecidedFrame
from turnwise.processors.state_broadcast import StateBroadcast
from turnwise.processors.turn_tracker import TurnTracker

from .calls import a_call

pytestmark = pytest.mark.anyio
TURN = [UserTurnDecidedFrame(0.6), SleepFrame(0.05)]


def told(down):
    return [frame.data["state"] for frame in down if isinstance(frame, RTVIServerMessageFrame)]


async def after_a_turn_begins(call):
    line = Pipeline([TurnTracker(call), StateBroadcast(call)])
    down, _ = await run_test(line, frames_to_send=TURN)
    return told(down)


async def test_a_client_that_is_ready_hears_listening_first_and_then_every_change():
    call = a_call()
    call.client_ready.set()
    assert await after_a_turn_begins(call) == ["listening", "thinking"]


async def test_a_client_that_is_not_ready_yet_is_told_nothing():
    assert await after_a_turn_begins(a_call()) == []
