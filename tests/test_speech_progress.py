"""An answer that is cut off is known as far as it was spoken, to the word."""

import pytest
from turnwise.agents.speech_progress import SpeechProgress

TEXT = "One two three four five."


def progress(*, made_secs, sent_secs, is_whole=True, text=TEXT):
    speech = SpeechProgress()
    speech.announced(1, text, "turn")
    speech.made(made_secs)
    if is_whole:
        speech.all_made()
    speech.begins(1)
    speech.sent(sent_secs)
    return speech


@pytest.mark.parametrize(
    ("sent_secs", "spoken"),
    [
        pytest.param(0.0, "", id="nothing yet"),
        pytest.param(0.1, "", id="not even a word"),
        pytest.param(1.0, "One two", id="in the middle of a word"),
        pytest.param(2.3, "One two three four", id="all but its end"),
        pytest.param(2.4, TEXT, id="to the end"),
        pytest.param(2.5, TEXT, id="padded beyond it"),
    ],
)
def test_a_sentence_is_cut_at_the_last_word_whose_audio_was_sent(sent_secs, spoken):
    assert progress(made_secs=2.4, sent_secs=sent_secs).cut_off() == spoken


def test_a_sentence_still_being_made_is_measured_by_the_rate_of_speech():
    assert progress(made_secs=0.8, sent_secs=0.8, is_whole=False).cut_off() == "One two"


def test_the_rate_is_that_of_the_voice_once_it_has_spoken_a_sentence():
    speech = progress(made_secs=4.8, sent_secs=4.8)
    speech.announced(2, TEXT, "turn")
    speech.made(1.6)
    speech.told()
    speech.begins(2)
    speech.sent(1.6)
    assert speech.cut_off() == "One two"


def test_a_script_without_spaces_is_cut_between_characters():
    assert progress(made_secs=1.0, sent_secs=0.5, text="今日は晴れです。").cut_off() == "今日は晴"


def test_what_is_in_the_conversation_already_is_not_told_twice():
    speech = progress(made_secs=2.4, sent_secs=2.4)
    speech.told()
    assert speech.cut_off() == ""


def test_what_is_no_part_of_the_conversation_is_not_told():
    speech = progress(made_secs=2.4, sent_secs=2.4)
    speech.forget("turn")
    assert speech.cut_off() == ""


def test_an_apology_after_a_cut_is_no_more_of_what_was_cut():
    speech = progress(made_secs=2.4, sent_secs=1.0)
    speech.cut_off()
    speech.made(1.0)
    speech.sent(1.0)
    assert speech.cut_off() == ""
