"""The words of the recogniser, written as a person would write them."""

import re
from functools import lru_cache

from .phrases import expected_lines, expected_phrases, expected_sentences, words_of

_QUESTIONS = re.compile(
    r"(who|what|when|where|which|why|how|is|are|am|was|were|do|does|did|can|could|will|would|may|shall)$"
)
_FAMILIAR = 0.6
_HALF_MISSED = 0.25
"""Of long expected speech half is found at the least, in noise too; of other long speech a fifth at most."""

_LONG = 16
"""In words. Of less so little may be found that it says nothing, and listening again to it costs little."""

_CAPITALS = {"i": "I", "i'm": "I'm", "i'd": "I'd", "i'll": "I'll", "i've": "I've"}


def written(words: tuple[str, ...]) -> str:
    """Capitals and punctuation: those of the expected phrases where the words are such, else a guess."""
    if not words:
        return ""
    pieces = _as_phrases(words)
    return " ".join(pieces) if pieces is not None else _guessed(words)


def is_expected(words: tuple[str, ...]) -> bool:
    """Whether somebody was expected to say this: few words in a row are new, and none in a short one."""
    if len(words) < 4:
        return _triples().issuperset(_triples_of(words))
    return _familiar(words) >= _FAMILIAR


def is_half_missed(words: tuple[str, ...]) -> bool:
    """Whether somebody may have said what is expected, though not all of it was found."""
    return len(words) < _LONG or _familiar(words) >= _HALF_MISSED


def _familiar(words: tuple[str, ...]) -> float:
    """How much of the words is expected in a row."""
    inner = set(_triples_of(words)[1:-1])  # the rest of the sentence may be cut away
    return len(_triples().intersection(inner)) / len(inner)


def is_whole(words: tuple[str, ...]) -> bool:
    """Whether the words are expected phrases from end to end."""
    return _as_phrases(words) is not None


def _triples_of(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    edged = ("", *words, "")
    return [edged[at : at + 3] for at in range(len(edged) - 2)]


@lru_cache(maxsize=1)
def _triples() -> frozenset[tuple[str, ...]]:
    return frozenset(triple for line in expected_lines() for triple in _triples_of(words_of(line)))


def _as_phrases(words: tuple[str, ...]) -> list[str] | None:
    """The words as the fewest expected phrases that make them up."""
    known = _by_words()
    best: list[list[str] | None] = [[]] + [None] * len(words)
    for end in range(1, len(words) + 1):
        for start in range(end):
            before, phrase = best[start], known.get(words[start:end])
            if (
                before is not None
                and phrase is not None
                and len(before) + 1 < len(best[end] or [None] * 1000)
            ):
                best[end] = [*before, phrase]
    return best[-1]


def _guessed(words: tuple[str, ...]) -> str:
    names = _names()
    text = " ".join(_CAPITALS.get(word) or names.get(word) or word for word in words)
    return text[0].upper() + text[1:] + ("?" if _QUESTIONS.match(words[0]) else ".")


@lru_cache(maxsize=1)
def _by_words() -> dict[tuple[str, ...], str]:
    return {words_of(sentence): sentence for sentence in reversed(expected_sentences())}


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Words that are capitalised inside a sentence, e.g. `paris` to `Paris`."""
    inside = [word.strip(".,?!:") for phrase in expected_phrases() for word in phrase.split()[1:]]
    return {word.lower(): word for word in inside if word.istitle() and word.lower() not in inside}
