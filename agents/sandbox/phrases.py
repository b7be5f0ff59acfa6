"""What the recogniser expects to hear: the phrases of its file, and all that is answered to them."""

import itertools
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from .mind import reply

_FILE = Path(__file__).parent / "assets" / "phrases.txt"
_PROMPTED = {"role": "system", "content": "You are a helpful voice assistant."}
"""The shipped agent's prompt, as far as answers repeat it."""

_FOLLOW_UPS = ("What is my name?", "Where do I live?", "What did I order?", "Goodbye.")


def words_of(text: str) -> tuple[str, ...]:
    """The words as the recogniser spells them: lower case, no punctuation."""
    return tuple(re.findall(r"[a-z']+", text.lower()))


@lru_cache(maxsize=1)
def expected_phrases() -> tuple[str, ...]:
    """Every phrase of the file with its alternatives spelled out, then every answer to them, each once."""
    heard = [
        phrase for line in _FILE.read_text(encoding="utf-8").splitlines() for phrase in _spelled_out(line)
    ]
    answers = [answer for phrase in heard for answer in _answers(phrase)]
    return tuple(dict.fromkeys([*heard, reply([]), *answers]))


@lru_cache(maxsize=1)
def expected_sentences() -> tuple[str, ...]:
    """The phrases, and each of their sentences by itself."""
    sentences = [part for phrase in expected_phrases() for part in re.split(r"(?<=[.?!]) ", phrase)]
    return tuple(dict.fromkeys([*expected_phrases(), *sentences]))


@lru_cache(maxsize=1)
def expected_lines() -> tuple[str, ...]:
    """The sentences, and each of their clauses by itself: a pause may make it an utterance of its own."""
    clauses = [clause for sentence in expected_sentences() for clause in re.split(r"[.?!,:]", sentence)]
    return tuple(dict.fromkeys([*expected_sentences(), *filter(str.strip, clauses)]))


def _spelled_out(line: str) -> Iterator[str]:
    if line.startswith("#") or not line.strip():
        return
    pieces = re.split(r"\[([^\]]*)\]", line)
    choices = [piece.split("|") if index % 2 else [piece] for index, piece in enumerate(pieces)]
    for chosen in itertools.product(*choices):
        yield re.sub(r" +([.,?!])", r"\1", " ".join("".join(chosen).split()))


def _answers(phrase: str) -> Iterator[str]:
    said = {"role": "user", "content": phrase}
    yield reply([said])
    yield reply([_PROMPTED, said])
    if words_of(phrase)[:2] in (("my", "name"), ("i", "live"), ("i", "would")):
        for follow_up in _FOLLOW_UPS:
            yield reply([said, {"role": "user", "content": follow_up}])
