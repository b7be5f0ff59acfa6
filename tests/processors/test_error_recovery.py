"""Every fault ends in the same way for the user: told, apologised for, and over."""

import pytest
from pipecat.frames.frames import ErrorFrame, InterruptionFrame, TTSAudioRawFrame, TTSStoppedFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.frame_processor import FrameDirection
from pipecat.processors.frameworks.rtvi.frames import RTVIServerMessageFrame
from pipecat.tests.utils import SleepFrame, run_test
from turnwise.agents.faults import StageFault
from turnwise.agents.frames import ResetTurnFrame, ToldErrorFrame, UserTurnDecidedFrame
from turnwise.agents.wire import AgentState
from turnwise.processors import error_recovery
from turnwise.processors.error_recovery import SHIPPED_APOLOGY, ErrorRecovery, read_apology
from turnwise.processors.turn_tracker import TurnTracker

from ..wav import wav
from .calls import RECOVERING, THINKING, a_call, states_of

pytestmark = pytest.mark.anyio


def fault(code="timeout", text="secret words"):
    return ErrorFrame(text, exception=StageFault(code))


async def recover(call, *frames):
    return await run_test(
        ErrorRecovery(call),
        frames_to_send=[*frames, SleepFrame(0.1)],
        frames_to_send_direction=FrameDirection.UPSTREAM,
    )


async def test_a_fault_gives_up_the_turn_and_then_plays_the_apology():
    down, _ = await recover(a_call(*THINKING), fault())
    kinds = [type(frame) for frame in down]
    assert kinds.index(ResetTurnFrame) < kinds.index(InterruptionFrame) < kinds.index(TTSAudioRawFrame)
    assert kinds[-1] is TTSStoppedFrame
    played = b"".join(frame.audio for frame in down if isinstance(frame, TTSAudioRawFrame))
    assert played == read_apology(SHIPPED_APOLOGY)


async def test_the_client_is_told_the_stage_and_the_code_but_not_the_errors_own_words():
    down, up = await recover(a_call(*THINKING), fault("rate_limited"))
    (told,) = [frame.data for frame in down if isinstance(frame, RTVIServerMessageFrame)]
    assert (told["type"], told["stage"], told["code"]) == ("agent-error", "call", "rate_limited")
    (error,) = [frame for frame in up if isinstance(frame, ErrorFrame)]
    assert isinstance(error, ToldErrorFrame)
    assert error.error == told["message"]
    assert "secret" not in error.error


@pytest.mark.parametrize("earlier", [(), THINKING, (AgentState.SPEAKING,)])
async def test_a_fault_is_recovered_from_in_any_state(earlier):
    call = a_call(*earlier)
    seen = states_of(call)
    await recover(call, fault())
    assert seen == [AgentState.RECOVERING_ERROR]


async def test_errors_on_the_heels_of_the_first_are_the_same_fault():
    down, up = await recover(a_call(*RECOVERING), fault(), fault())
    assert down == []
    assert up == []


async def test_a_turn_that_brings_nothing_is_failed_by_the_watchdog():
    call = a_call()
    seen = states_of(call)
    line = Pipeline([ErrorRecovery(call, answer_secs=0.05), TurnTracker(call)])
    down, _ = await run_test(line, frames_to_send=[UserTurnDecidedFrame(0.6), SleepFrame(0.3)])
    assert seen[:2] == [AgentState.THINKING, AgentState.RECOVERING_ERROR]
    assert any(isinstance(frame, TTSAudioRawFrame) for frame in down)


async def test_an_apology_that_nobody_hears_does_not_shut_the_gate_for_good(monkeypatch):
    monkeypatch.setattr(error_recovery, "_UNHEARD_GRACE_SECS", -3.0)
    call = a_call(*THINKING)
    seen = states_of(call)
    await recover(call, fault())
    assert seen == [AgentState.RECOVERING_ERROR, AgentState.LISTENING]


@pytest.mark.parametrize(
    ("rate_hz", "samples", "said"),
    [
        pytest.param(16_000, b"\0\0" * 100, "must be 24 kHz", id="another rate"),
        pytest.param(24_000, b"", "is empty", id="empty"),
    ],
)
def test_an_apology_that_cannot_be_played_is_refused_when_built(tmp_path, rate_hz, samples, said):
    (tmp_path / "sorry.wav").write_bytes(wav(samples, rate_hz))
    with pytest.raises(ValueError, match=said):
        ErrorRecovery(a_call(folder=tmp_path), apology="sorry.wav")


def test_a_missing_apology_is_refused_when_built(tmp_path):
    with pytest.raises(ValueError, match="cannot be read"):
        ErrorRecovery(a_call(folder=tmp_path), apology="none.wav")
