"""The recording has the agent's voice where it was heard."""

import wave

import pytest
from turnwise.agents.client.log import Voice
from turnwise.agents.client.recording import lay_out, write_wav

FRAME_SECS = 0.04
FRAME = b"\1\0" * 960


def at(secs):
    return Voice(secs, FRAME)


def silences(tape):
    """Where it is silent, as (start, end) in milliseconds."""
    found, start = [], None
    for ms in range(len(tape) // 48):
        silent = not tape[ms * 48 : ms * 48 + 48].strip(b"\0")
        if silent and start is None:
            start = ms
        if not silent and start is not None:
            found.append((start, ms))
            start = None
    return found


@pytest.mark.parametrize(
    ("arrivals_secs", "silent_ms"),
    [
        pytest.param([0.0, 0.04, 0.08], [], id="from the first moment on"),
        pytest.param([0.5, 0.54, 0.58], [(0, 500)], id="what comes first is preceded by silence"),
        pytest.param([0.5, 0.599, 0.6, 0.64], [(0, 500)], id="59 ms late is jitter"),
        pytest.param([0.5, 0.64], [(0, 500), (540, 640)], id="100 ms late is a pause"),
        pytest.param([0.5, 0.5, 0.5], [(0, 500)], id="a burst is played one after the other"),
        pytest.param([0.1, 0.14, 2.0], [(0, 100), (180, 2000)], id="a pause keeps its length"),
        pytest.param([0.02], [(0, 20)], id="the first frame is where it was heard"),
    ],
)
def test_every_frame_stands_where_it_was_heard(arrivals_secs, silent_ms):
    tape = lay_out([at(secs) for secs in arrivals_secs])
    assert silences(tape) == silent_ms


def test_no_sample_is_lost_to_jitter():
    arrivals_secs = [1 + number * FRAME_SECS + (number % 3) * 0.02 for number in range(50)]
    assert lay_out([at(secs) for secs in arrivals_secs])[48_000:] == FRAME * 50


@pytest.mark.parametrize(
    ("interrupted_secs", "length_ms"),
    [
        pytest.param([], 1_200, id="never"),
        pytest.param([1.1], 1_100, id="with 100 ms to play"),
        pytest.param([2.0], 1_200, id="after the last sound"),
        pytest.param([0.5], 1_200, id="before the first"),
    ],
)
def test_what_had_not_been_played_when_the_agent_was_interrupted_is_not_on_tape(interrupted_secs, length_ms):
    ahead_of_time = [at(1.0)] * 5
    assert len(lay_out(ahead_of_time, interrupted_secs)) == length_ms * 48


def test_the_file_is_24_khz_mono(tmp_path):
    write_wav(tmp_path / "agent.wav", FRAME)
    with wave.open(str(tmp_path / "agent.wav")) as wav:
        assert (wav.getframerate(), wav.getnchannels(), wav.getsampwidth()) == (24_000, 1, 2)
        assert wav.readframes(960) == FRAME


def test_a_call_without_a_word_is_an_empty_file(tmp_path):
    write_wav(tmp_path / "agent.wav", lay_out([]))
    assert (tmp_path / "agent.wav").stat().st_size == 44
