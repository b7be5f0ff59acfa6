"""A fault that does not end is told, but not without end."""

import asyncio

import pytest
from pipecat.frames.frames import ErrorFrame, TTSStoppedFrame, VADUserStartedSpeakingFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.tests.utils import SleepFrame, run_test
from turnwise.agents.wire import AgentState
from turnwise.processors.apologies import REPEAT_SECS, Apologies
from turnwise.processors.error_recovery import ErrorRecovery

from .calls import a_call, states_of

UP = FrameDirection.UPSTREAM


@pytest.mark.anyio
@pytest.mark.parametrize(("between", "apologies"), [([], 1), ([VADUserStartedSpeakingFrame()], 2)])
async def test_a_burst_of_faults_is_one_apology_until_somebody_speaks_again(between, apologies):
    call = a_call()
    seen = states_of(call)
    call.state.subscribe(lambda state: soon_listens(call, state))
    burst = [ErrorFrame("fails on every frame") for _ in range(50)]
    down, _ = await run_test(
        ErrorRecovery(call),
        frames_to_send=[*burst, SleepFrame(0.1), *between, *burst, SleepFrame(0.1)],
        frames_to_send_direction=UP,
    )
    assert seen.count(AgentState.RECOVERING_ERROR) == apologies
    assert sum(isinstance(frame, TTSStoppedFrame) for frame in down) == apologies


def soon_listens(call, state):
    if state is AgentState.RECOVERING_ERROR:
        asyncio.get_running_loop().call_soon(call.state.move, AgentState.LISTENING)


def told(apologies, *at_secs):
    return [at for at in at_secs if apologies.is_due(at)]


def test_a_fault_that_goes_on_is_told_three_times_further_and_further_apart():
    first, second = REPEAT_SECS
    every_second = [float(secs) for secs in range(600)]
    assert told(Apologies(), *every_second) == [0.0, first, first + second]


def test_once_something_worked_the_next_fault_is_a_new_one():
    apologies = Apologies()
    assert told(apologies, 0.0, 1.0) == [0.0]
    apologies.start_afresh()
    assert told(apologies, 2.0, 3.0) == [2.0]
