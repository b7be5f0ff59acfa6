"""SayAs is fit to stand in a line, and says words as it is told."""

import asyncio

from pipecat.frames.frames import LLMFullResponseEndFrame, LLMFullResponseStartFrame, LLMTextFrame, TextFrame
from pipecat.tests.utils import run_test
from say_as import SayAs
from turnwise.testing import ProcessorConformance

WORDS = {"SQL": "sequel"}


class TestSayAsKeepsTheRules(ProcessorConformance):
    """One test for each rule that a line asks of a processor."""

    processor = SayAs
    options = {"words": WORDS}  # noqa: RUF012


def said(*pieces: str) -> str:
    """What the voice is given of an answer that comes in these pieces."""
    answer = [LLMFullResponseStartFrame(), *map(LLMTextFrame, pieces), LLMFullResponseEndFrame()]
    down, _ = asyncio.run(run_test(SayAs(words=WORDS), frames_to_send=answer))
    return "".join(frame.text for frame in down if isinstance(frame, TextFrame)).strip()


def test_a_word_is_said_as_the_settings_say() -> None:
    assert said("Ask ", "SQL, ", "please.") == "Ask sequel, please."


def test_a_word_that_comes_in_pieces_is_one_word() -> None:
    assert said("S", "Q", "L is a lang", "uage") == "sequel is a language"


def test_a_part_of_another_word_is_left_alone() -> None:
    assert said("SQLite") == "SQLite"
