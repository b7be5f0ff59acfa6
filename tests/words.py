"""What the recordings say, and how far what was heard is from what was said."""

import re

from bench.recognition.recordings import read_folder, word_count, word_errors

from .conftest import SPEECH

__all__ = ["SENTENCES", "error_rate", "word_errors", "words"]

SENTENCES = {
    recording.name: recording.says.replace(" …", "") for recording in read_folder(SPEECH) if recording.says
}


def words(text: str) -> list[str]:
    """The words of a text, without case and punctuation."""
    return re.findall(r"[a-z0-9']+", text.lower())


def error_rate(said: str, heard: str) -> float:
    """Word error rate."""
    return word_errors(said, heard) / max(1, word_count(said))
