"""The main job as a person does it, with nothing else going on: two commands, three answers."""

import subprocess
import sys
from pathlib import Path

import pytest
from turnwise.agents.client.api import Api
from turnwise.agents.client.speech import read_wav
from turnwise.agents.wire import MIC_SAMPLE_RATE_HZ

from ..conftest import SPEECH
from ..ears import heard, sound
from ..words import error_rate

pytestmark = pytest.mark.anyio


async def test_three_recordings_get_three_spoken_answers_and_a_recording_says_the_same(house, tmp_path):
    recording = tmp_path / "answers.wav"
    meeting_id = await house.new_meeting()
    command = [Path(sys.executable).parent / "agent", "call", "--url", house.url, "--meeting", meeting_id]
    spoken = [part for name in ("hello", "weather", "order") for part in ("--wav", SPEECH / f"{name}.wav")]
    shown = subprocess.run(
        [*command, *spoken, "--record", recording],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert [line.split()[-1] for line in shown.stdout.splitlines() if "  state  " in line] == [
        "listening",
        *["thinking", "speaking", "listening"] * 3,
    ]
    async with Api(house.url) as api:
        chunks = (await api.transcript(meeting_id))["chunks"]
    assert [chunk["sequenceNumber"] for chunk in chunks] == [1, 2, 3, 4, 5, 6]
    said = " ".join(chunk["text"] for chunk in chunks if chunk["speakerType"] == "agent")
    understood = await heard(house.sandbox_url, read_wav(recording), MIC_SAMPLE_RATE_HZ)
    assert error_rate(said, understood) <= 0.1, f"{understood!r} is not {said!r}"


async def test_the_voice_that_arrives_over_webrtc_says_what_is_stored(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id, "talkative", transport="webrtc") as caller:
        await caller.wait_for_state("speaking")
        await caller.wait_for_state("listening")
    (chunk,) = (await house.transcript(meeting_id))["chunks"]
    understood = await heard(house.sandbox_url, sound(caller.voice))
    assert error_rate(chunk["text"], understood) <= 0.35, understood
