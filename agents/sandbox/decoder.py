"""The speech decoder: expected phrases first, open English when they do not fit.

pocketsphinx with its general model takes several times longer and gets a third of the words wrong;
with a model of what callers say here it gets nearly all of them right.
"""

import re
import tempfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from .audio import EARS_RATE_HZ, Samples
from .phrases import expected_lines, words_of
from .spelling import is_expected, is_half_missed, is_whole

_EITHER: dict[str, Any] = {
    "loglevel": "FATAL",
    "cmn": "batch",  # each utterance by itself: the same audio is always heard the same
    "fwdflat": False,  # the second pass holds the interpreter lock, and nothing else would move meanwhile
}
_THOROUGH: dict[str, Any] = {
    "lw": 8,
    "beam": 1e-60,
    "pbeam": 1e-60,
    "wbeam": 1e-40,
    "lpbeam": 1e-55,
    "lponlybeam": 1e-45,
}
_FREE: dict[str, Any] = {"maxhmmpf": 3_000}
"""A tenth of the default: a quarter faster, and of a hundred words two more are wrong."""

_FRAME_SAMPLES = EARS_RATE_HZ // 100
"""The decoder says in frames of 10 ms where a word ends."""

_NO_WORD = "<[+"
"""What the decoder's names for silence and noise begin with."""

_EXPECTED_LEAD = 3.0
"""How much better per 10 ms, as logarithm to base 1.0001, expected phrases must fit than open English."""


@dataclass(frozen=True)
class Guess:
    """What one decoder makes of a stretch of speech."""

    words: tuple[str, ...]
    fit: float
    """Logarithm to base 1.0001, for each 10 ms."""
    ends: tuple[int, ...] = ()
    """Where each word ends, in samples."""
    is_expected: bool = False
    """Whether it was found among the expected phrases."""


class SpeechDecoder:
    """Turns 16 kHz mono audio into text. Slow to make, not to be shared by threads.

    Raises:
        ImportError: pocketsphinx is not installed.
    """

    def __init__(self) -> None:
        from pocketsphinx import Decoder  # optional: its absence is told at start

        with tempfile.TemporaryDirectory() as folder:
            model, dictionary = Path(folder) / "expected.lm", Path(folder) / "expected.dict"
            _write_language_model(model)
            _write_dictionary(dictionary)
            self._expected = Decoder(lm=str(model), dict=str(dictionary), **_EITHER, **_THOROUGH)

    def decode(self, staged: Samples) -> Guess:
        """What is said in a stretch of speech that was made ready for it."""
        expected = self._expected_in(staged)
        if expected.words and is_expected(expected.words):
            return expected
        free = _guess(self._open, staged)
        return expected if expected.fit > free.fit + _EXPECTED_LEAD else free

    def warm_up(self) -> None:
        """Loads the model of open English now, rather than when it is first needed."""
        _ = self._open

    @cached_property
    def _open(self) -> Any:
        from pocketsphinx import Decoder

        return Decoder(**_EITHER, **_FREE)

    def _expected_in(self, staged: Samples) -> Guess:
        """What of the expected phrases fits best.

        Where only some of what it finds is such a phrase, it listens again with its frames moved by
        half of one: a word that it misses in one place it hears in the other.
        """
        first = replace(_guess(self._expected, staged), is_expected=True)
        if is_whole(first.words) or not is_half_missed(first.words):
            return first
        again = replace(_guess(self._expected, staged[_FRAME_SAMPLES // 2 :]), is_expected=True)
        return again if is_whole(again.words) else first


def _guess(decoder: Any, staged: Samples) -> Guess:
    decoder.reinit_feat()  # its normalisation would go on from the utterance before, `batch` or not
    decoder.start_utt()
    decoder.process_raw(staged.tobytes(), full_utt=True)
    decoder.end_utt()
    found = decoder.hyp()
    if found is None or not found.best_score:
        return Guess((), float("-inf"))
    fit = decoder.get_logmath().log(found.best_score) / (staged.size / _FRAME_SAMPLES)
    spoken = [
        (word, (each.end_frame + 1) * _FRAME_SAMPLES)
        for each in decoder.seg()
        if each.word[0] not in _NO_WORD
        for word in words_of(each.word.partition("(")[0])
    ]
    return Guess(tuple(word for word, _ in spoken), fit, tuple(end for _, end in spoken))


def _write_language_model(path: Path) -> None:
    from pocketsphinx.lm import ArpaBoLM

    text = "\n".join(" ".join(words_of(line)) for line in expected_lines())
    model = ArpaBoLM(text=text, add_start=True, discount_mass=0.1)
    model.compute()
    model.write_file(str(path))


def _write_dictionary(path: Path) -> None:
    """The expected words with their sounds; the whole dictionary takes a second to load."""
    from pocketsphinx import get_model_path

    expected = {word for line in expected_lines() for word in words_of(line)}
    with (
        Path(get_model_path("en-us/cmudict-en-us.dict")).open(encoding="utf-8") as every,
        path.open("w") as some,
    ):
        some.writelines(line for line in every if re.split(r"[ (]", line, maxsplit=1)[0] in expected)
