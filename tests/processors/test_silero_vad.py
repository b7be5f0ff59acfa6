"""What is heard in real speech and in noise."""

import wave
from itertools import pairwise

import numpy as np
import pytest
from pipecat.frames.frames import InputAudioRawFrame, VADUserStartedSpeakingFrame, VADUserStoppedSpeakingFrame
from pipecat.tests.utils import SleepFrame, run_test
from turnwise.agents.frames import VADSegmentFrame, VADSilenceFrame
from turnwise.processors.silero_vad import SileroVAD

pytestmark = pytest.mark.anyio
STEP = 640
WINDOW_SECS = 0.032
SECOND = bytes(32_000)


def frames(pcm, step):
    return [InputAudioRawFrame(pcm[at : at + step], 16_000, 1) for at in range(0, len(pcm), step)]


def samples(path, gain_db=0.0):
    with wave.open(str(path)) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    return (pcm * 10 ** (gain_db / 20)).astype(np.int16).tobytes()


async def heard(pcm, step=STEP):
    down, _ = await run_test(SileroVAD(), frames_to_send=[*frames(pcm, step), SleepFrame(0.2)])
    return [frame for frame in down if not isinstance(frame, InputAudioRawFrame)]


def starts(seen):
    return sum(isinstance(frame, VADUserStartedSpeakingFrame) for frame in seen)


@pytest.mark.parametrize("name", ["hello", "weather", "order"])
@pytest.mark.parametrize("gain_db", [0.0, -30.0])
async def test_speech_is_heard_even_30_db_down(speech, name, gain_db):
    seen = await heard(SECOND + samples(speech / f"{name}.wav", gain_db) + SECOND)
    assert starts(seen) >= 1


@pytest.mark.parametrize("name", ["noise_room", "noise_loud"])
async def test_noise_starts_no_turn(speech, name):
    assert starts(await heard(samples(speech / f"{name}.wav"))) == 0


async def test_silence_is_counted_in_audio_from_the_last_voiced_window(speech):
    seen = await heard(SECOND + samples(speech / "repeat.wav") + SECOND)
    last_stop = max(at for at, frame in enumerate(seen) if isinstance(frame, VADUserStoppedSpeakingFrame))
    silences = [frame.silence_secs for frame in seen[last_stop:] if isinstance(frame, VADSilenceFrame)]
    assert silences[0] == pytest.approx(0.192)
    steps = [later - earlier for earlier, later in pairwise(silences)]
    assert steps == pytest.approx([WINDOW_SECS] * len(steps))


async def test_what_was_heard_is_handed_on_in_segments_without_a_gap(speech):
    pcm = SECOND + samples(speech / "pause_900.wav") + SECOND
    segments = [frame for frame in await heard(pcm) if isinstance(frame, VADSegmentFrame)]
    assert len(segments) >= 2
    assert pcm.startswith(b"".join(segment.audio for segment in segments))
    assert segments[0].lead_secs == pytest.approx(1.0, abs=0.2)


async def test_segments_depend_on_the_audio_and_not_on_how_it_was_cut_up(speech):
    pcm = SECOND + samples(speech / "order.wav") + SECOND
    cut_up = [
        [frame.audio for frame in await heard(pcm, step) if isinstance(frame, VADSegmentFrame)]
        for step in (STEP, STEP // 2, STEP + 2)
    ]
    assert cut_up[0]
    assert cut_up[0] == cut_up[1] == cut_up[2]
