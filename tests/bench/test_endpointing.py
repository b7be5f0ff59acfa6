"""What the endpointing rules promise, on the recordings here and on human ones where they are installed."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from bench.endpointing.measuring import find_recordings, measure, summarise
from bench.endpointing.recording import read_recording
from bench.endpointing.rules import rules

from ..conftest import SPEECH
from ..needed import cannot

pytestmark = pytest.mark.anyio
ALSA = Path("/usr/share/sounds/alsa")
OURS = {name: decide for name, decide in rules().items() if name in ("fixed 0.6 s", "smart")}
NO_TURN = ("noise_loud.wav", "noise_room.wav", "Noise.wav")


async def on(folder):
    """The summaries of our rules, by name, and what they heard where nobody speaks."""
    outcomes = await measure(find_recordings([folder]), OURS)
    noise = [outcome.delay_secs for outcome in outcomes if outcome.recording in NO_TURN]
    spoken = [outcome for outcome in outcomes if outcome.recording not in NO_TURN]
    return {summary.rule: summary for summary in summarise(spoken)}, noise


async def test_synthetic_speech_is_cut_off_only_by_a_fixed_silence_in_a_pause_of_900_ms():
    found, noise = await on(SPEECH)
    assert found["fixed 0.6 s"].cut_off == ("pause_900.wav",)
    assert found["smart"].cut_off == ()
    assert found["smart"].mean_secs <= 1.1
    assert set(noise) == {None}


async def test_human_speech_is_not_cut_off_and_is_answered_soon():
    if not ALSA.is_dir():
        cannot("alsa-utils, which has human speech, is not installed (Debian: apt-get install alsa-utils)")
    found, noise = await on(ALSA)
    for summary in found.values():
        assert summary.recordings == 8
        assert summary.cut_off == summary.undecided == ()
        assert summary.mean_secs <= 0.65
    assert found["fixed 0.6 s"].max_secs <= 0.8
    assert set(noise) == {None}


async def test_the_same_recording_always_gives_the_same_figures():
    paths = [SPEECH / "hello.wav", SPEECH / "repeat.wav"]
    assert await measure(paths, rules()) == await measure(paths, rules())


def test_any_rate_and_number_of_channels_is_read(tmp_path):
    samples, rate_hz = sf.read(SPEECH / "hello.wav")
    sf.write(tmp_path / "hello.wav", np.repeat(np.stack([samples, samples], 1), 3, axis=0), rate_hz * 3)
    same, other = read_recording(SPEECH / "hello.wav"), read_recording(tmp_path / "hello.wav")
    assert other.speech_end_secs == pytest.approx(same.speech_end_secs, abs=0.02)


def test_a_pause_takes_the_place_of_the_gap_between_two_words():
    short, long = (read_recording(SPEECH / "weather.wav", secs) for secs in (0.3, 0.8))
    assert long.speech_end_secs - short.speech_end_secs == pytest.approx(0.5)


def test_the_command_shows_every_recording_and_every_rule(tmp_path):
    (tmp_path / "hello.wav").write_bytes((SPEECH / "hello.wav").read_bytes())
    shown = run(str(tmp_path))
    assert shown.returncode == 0, shown.stderr
    for word in ("hello.wav", "VAD 0.2 s", "fixed 0.6 s", "fixed 0.8 s", "smart", "stock Pipecat"):
        assert word in shown.stdout


def test_the_command_says_in_one_sentence_what_is_wrong(tmp_path):
    (tmp_path / "no.wav").write_text("no audio")
    for place, wrong in ((tmp_path / "none", "does not exist"), (tmp_path, "cannot be read")):
        shown = run(str(place))
        assert shown.returncode == 2
        assert wrong in shown.stderr
        assert "Traceback" not in shown.stderr


def run(*arguments):
    command = [sys.executable, "-m", "bench.endpointing", *arguments]
    return subprocess.run(command, cwd=SPEECH.parents[1], capture_output=True, text=True, timeout=120)
