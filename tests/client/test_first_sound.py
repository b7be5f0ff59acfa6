"""An agent's voice sets in when its first sample is heard, however the transport cuts and hurries it."""

import pytest
from turnwise.agents.client.first_sound import first_sound_secs
from turnwise.agents.client.log import Voice

from .peer import tone

MS = 48
QUIET, LOUD = bytes(20 * MS), tone(0.02, 24_000)


@pytest.mark.parametrize(
    ("frames", "heard_secs"),
    [
        pytest.param([], None, id="nothing came"),
        pytest.param([(1.0, QUIET), (1.02, tone(0.02, 24_000, peak=200))], None, id="too quiet to hear"),
        pytest.param([(1.0, LOUD)], 1.0, id="at once"),
        pytest.param([(1.0, bytes(15 * MS) + LOUD)], 1.015, id="behind silence in its frame"),
        pytest.param([(1.0, QUIET), (1.0, LOUD)], 1.02, id="a frame ahead of its time waits for its turn"),
        pytest.param([(1.0, QUIET), (1.05, LOUD)], 1.05, id="a frame that comes late is heard late"),
        pytest.param([(1.0, LOUD), (2.0, LOUD)], 1.0, id="the first counts"),
    ],
)
def test_a_voice_is_heard_from_its_first_audible_sample(frames, heard_secs):
    voice = [Voice(at_secs, pcm) for at_secs, pcm in frames]
    assert first_sound_secs(voice) == (heard_secs and pytest.approx(heard_secs, abs=0.001))


def test_the_same_voice_is_heard_at_the_same_time_over_both_transports():
    said = bytes(53 * MS) + LOUD + bytes(7 * MS)
    frames = [said[at : at + 20 * MS] for at in range(0, len(said), 20 * MS)]
    ahead = [Voice(1.0 + 0.02 * max(0, place - 1), pcm) for place, pcm in enumerate(frames)]
    in_real_time = [Voice(1.0 + 0.02 * place, pcm) for place, pcm in enumerate(frames)]
    without_silence = in_real_time[2:]
    for voice in (ahead, in_real_time, without_silence):
        assert first_sound_secs(voice) == pytest.approx(1.053, abs=0.001)
