"""Text that would poison a conversation is made sound."""

import pytest
from turnwise.agents.sound_text import sound_text


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("Grüße, 你好 🙂", "Grüße, 你好 🙂"),
        ("half \ud83d", "half \ufffd"),
        ("two halves \ud83d\ude42", "two halves 🙂"),
        ("a\0b", "ab"),
    ],
)
def test_every_text_can_be_sent_and_stored(text, sound):
    assert sound_text(text) == sound
    sound_text(text).encode()
