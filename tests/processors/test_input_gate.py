"""User audio reaches the recogniser only while it is the user's turn."""

import pytest
from pipecat.frames.frames import InputAudioRawFrame
from pipecat.tests.utils import SleepFrame, run_test
from turnwise.agents.frames import InputGateOpenedFrame
from turnwise.processors.input_gate import InputGate

from .calls import LISTENING_AGAIN, RECOVERING, SPEAKING, THINKING, a_call

pytestmark = pytest.mark.anyio
SPEECH = b"\x01\x02" * 320


def audio() -> InputAudioRawFrame:
    return InputAudioRawFrame(SPEECH, 16_000, 1)


@pytest.mark.parametrize(
    ("earlier", "is_heard"),
    [
        pytest.param((), True, id="call just connected"),
        pytest.param(THINKING, False, id="thinking"),
        pytest.param(SPEAKING, False, id="speaking"),
        pytest.param(RECOVERING, False, id="recovering"),
        pytest.param(LISTENING_AGAIN, True, id="listening again"),
    ],
)
async def test_the_microphone_is_heard_only_in_the_users_turn(earlier, is_heard):
    assert await heard(a_call(*earlier)) == (SPEECH if is_heard else bytes(len(SPEECH)))


@pytest.mark.parametrize(
    ("earlier", "is_heard"),
    [
        pytest.param(THINKING, True, id="thinking"),
        pytest.param(SPEAKING, True, id="speaking"),
        pytest.param(RECOVERING, False, id="recovering"),
    ],
)
async def test_with_barge_in_only_the_apology_cannot_be_spoken_over(earlier, is_heard):
    assert await heard(a_call(*earlier, barge_in=True)) == (SPEECH if is_heard else bytes(len(SPEECH)))


async def heard(call):
    down, _ = await run_test(InputGate(call), frames_to_send=[audio(), SleepFrame(0.05)])
    (passed,) = [frame.audio for frame in down if isinstance(frame, InputAudioRawFrame)]
    return passed


async def test_the_recogniser_is_told_once_each_time_the_gate_opens():
    down, _ = await run_test(InputGate(a_call()), frames_to_send=[audio(), audio(), SleepFrame(0.05)])
    assert [type(frame) for frame in down] == [InputGateOpenedFrame, InputAudioRawFrame, InputAudioRawFrame]
