"""What of speech that goes on can be settled, and what waits for what follows it."""

import numpy as np
import pytest
from turnwise.agents.sandbox.audio import Samples, read_audio
from turnwise.agents.sandbox.decoder import Guess, SpeechDecoder
from turnwise.agents.sandbox.understanding import (
    LONGEST_WINDOW_SECS,
    WINDOW_SECS,
    Window,
    text_of,
    understand,
)

from ..words import SENTENCES

RATE_HZ = 16_000


class Hearing(SpeechDecoder):
    """A decoder that finds words that are no phrase from end to end, one each half second."""

    def __init__(self) -> None:
        """Nothing to load."""

    def decode(self, staged: Samples) -> Guess:
        ends = tuple(range(RATE_HZ // 2, staged.size, RATE_HZ // 2))
        return Guess(("boston",) * len(ends), 0.0, ends, is_expected=True)


@pytest.fixture(scope="module")
def decoder() -> SpeechDecoder:
    return SpeechDecoder()


@pytest.fixture
def recording(speech):
    def read(name: str) -> Samples:
        return read_audio((speech / f"{name}.wav").read_bytes())

    return read


def window(*parts: Samples, is_over: bool = False, loudest: float = 0.0) -> Window:
    return Window(np.concatenate(parts).tobytes(), RATE_HZ, is_over, loudest)


def voice(recording, secs: float) -> Samples:
    return np.resize(recording("long")[RATE_HZ // 2 : 2 * RATE_HZ], round(secs * RATE_HZ))


def quiet(secs: float) -> Samples:
    return np.zeros(round(secs * RATE_HZ), np.int16)


def test_speech_before_a_pause_is_settled_and_speech_after_it_waits(decoder, recording):
    found = understand(decoder, window(recording("weather"), quiet(1), recording("order")[: 2 * RATE_HZ]))
    assert text_of(found.pieces) == SENTENCES["weather"]
    assert 3.3 < found.secs < 4.6


def test_a_long_phrase_is_settled_up_to_a_clause(decoder, recording):
    long = recording("long")
    found = understand(decoder, window(long[: round(WINDOW_SECS * RATE_HZ)]))
    rest = understand(decoder, window(long[round(found.secs * RATE_HZ) :], is_over=True))
    assert 4 < found.secs < WINDOW_SECS
    assert text_of(found.pieces + rest.pieces) == SENTENCES["long"]


def test_what_is_no_phrase_yet_waits_for_a_longer_window_but_not_for_ever(recording):
    short = understand(Hearing(), window(voice(recording, WINDOW_SECS)))
    longest = understand(Hearing(), window(voice(recording, LONGEST_WINDOW_SECS)))
    assert (short.pieces, short.is_stuck) == ((), True)
    assert (len(longest.pieces), longest.is_stuck) == (1, False)
    assert longest.secs > LONGEST_WINDOW_SECS - 2


def test_noise_is_done_with_but_for_what_may_be_an_onset(decoder, recording):
    noise = np.resize(recording("noise_room"), round(WINDOW_SECS * RATE_HZ))
    found = understand(decoder, window(noise))
    assert (found.pieces, found.secs, found.is_stuck) == ((), WINDOW_SECS - 1, False)


def test_what_is_faint_beside_the_speech_before_it_is_no_speech(decoder, recording):
    faint = (recording("hello") * 0.01).astype(np.int16)
    assert text_of(understand(decoder, window(faint, is_over=True, loudest=12_000.0)).pieces) == ""


def test_a_window_is_heard_as_if_there_had_been_none_before_it(decoder, recording):
    alone = understand(decoder, window(recording("weather"), is_over=True))
    understand(decoder, window(recording("long")))
    assert understand(decoder, window(recording("weather"), is_over=True)) == alone
