"""Expected phrases are understood wherever a recording begins and ends; noise is not speech."""

from pathlib import Path

import numpy as np
import pytest
from turnwise.agents.sandbox import decoder as decoder_module
from turnwise.agents.sandbox.audio import Samples, read_audio, to_samples
from turnwise.agents.sandbox.decoder import SpeechDecoder
from turnwise.agents.sandbox.phrases import expected_lines, words_of
from turnwise.agents.sandbox.understanding import Window, text_of, understand

from ..words import SENTENCES, error_rate

RATE_HZ = 16_000


@pytest.fixture(scope="module")
def decoder() -> SpeechDecoder:
    return SpeechDecoder()


def heard_by(decoder: SpeechDecoder, samples: Samples) -> str:
    return text_of(understand(decoder, Window(samples.tobytes(), RATE_HZ)).pieces)


def load(speech: Path, name: str) -> Samples:
    return read_audio((speech / f"{name}.wav").read_bytes())


def silence(secs: float) -> Samples:
    return np.zeros(round(secs * RATE_HZ), np.int16)


def in_room(speech: Path, samples: Samples) -> Samples:
    room = load(speech, "noise_room").astype(float)
    return to_samples(samples.astype(float) + np.resize(room, samples.size))


@pytest.mark.parametrize(
    ("lead_secs", "tail_secs", "loudness", "noisy"),
    [
        pytest.param(0.0, 0.0, 1.0, False, id="as recorded"),
        pytest.param(1.0, 0.5, 1.0, False, id="with pre-roll and trailing zeros"),
        pytest.param(0.2, 0.3, 1.0, True, id="in a room"),
    ],
)
def test_expected_phrases_are_understood(decoder, speech, lead_secs, tail_secs, loudness, noisy):
    heard = []
    for name in SENTENCES:
        spoken = to_samples(load(speech, name) * loudness)
        recording = np.concatenate([silence(lead_secs), spoken, silence(tail_secs)])
        heard.append(heard_by(decoder, in_room(speech, recording) if noisy else recording))
    assert error_rate(" ".join(SENTENCES.values()), " ".join(heard)) <= 0.1


@pytest.mark.parametrize("name", ["pause_450", "pause_900"])
def test_the_halves_of_a_paused_sentence_are_understood(decoder, speech, name):
    spoken = load(speech, name)
    middle = round(1.93 * RATE_HZ)
    halves = (spoken[:middle], spoken[middle:])
    heard = [heard_by(decoder, np.concatenate([silence(0.2), half, silence(0.5)])) for half in halves]
    assert heard == ["I would like to book a table.", "For four people on Friday evening."]


def test_a_sentence_cut_off_in_the_middle_is_understood_so_far(decoder, speech):
    beginning = load(speech, "order")[: round(2.5 * RATE_HZ)]
    assert heard_by(decoder, beginning) == "I would like to order two large coffees."


def noises(speech: Path) -> dict[str, Samples]:
    white = np.random.default_rng(0).standard_normal(2 * RATE_HZ)
    return {
        "a room": load(speech, "noise_room"),
        "white noise": load(speech, "noise_loud"),
        "a burst of noise": np.concatenate([silence(1), load(speech, "noise_loud"), silence(0.5)]),
        "clipped noise": to_samples(np.sign(white) * 40_000),
        "silence": silence(2),
        "a constant": np.full(RATE_HZ, 12_000, np.int16),
        "clicks": to_samples(30_000.0 * (np.arange(3 * RATE_HZ) % 8000 == 0)),
        "nothing": silence(0),
        "one sample": np.array([9], np.int16),
    }


def test_noise_is_not_taken_for_speech(decoder, speech):
    heard = {name: heard_by(decoder, noise) for name, noise in noises(speech).items()}
    assert heard == dict.fromkeys(heard, "")


def test_the_decoder_knows_how_every_expected_word_sounds():
    from pocketsphinx import get_model_path

    with Path(get_model_path("en-us/cmudict-en-us.dict")).open(encoding="utf-8") as dictionary:
        known = {line.split(" ", 1)[0] for line in dictionary}
    assert {word for line in expected_lines() for word in words_of(line)} <= known


@pytest.mark.parametrize("misheard", ["my name is alice and my boston", "my name is i leave on my boston"])
def test_a_phrase_that_is_half_missed_is_listened_to_again(decoder, speech, monkeypatch, misheard):
    guesses = [decoder_module.Guess(tuple(misheard.split()), 0.0)]
    real = decoder_module._guess
    monkeypatch.setattr(decoder_module, "_guess", lambda *of: guesses.pop() if guesses else real(*of))
    assert heard_by(decoder, load(speech, "name")) == SENTENCES["name"]


def test_long_speech_that_is_nothing_that_was_expected_is_not_listened_to_again(decoder, speech, monkeypatch):
    asked = []

    def guess(by, _):
        asked.append(by)
        return decoder_module.Guess(("boston", "sandwich", "museum", "the", "goodbye", "alice") * 3, 0.0)

    monkeypatch.setattr(decoder_module, "_guess", guess)
    heard_by(decoder, load(speech, "name"))
    assert asked == [decoder._expected, decoder._open]
