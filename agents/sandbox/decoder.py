"""The speech decoder: expected phrases first, open English when they do not fit.

pocketsphinx with its general model takes several times longer and gets a third of the words wrong;
with a model of what callers say here it gets nearly all of them right.
"""

import re
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from .audio import Samples
from .phrases import expected_lines, words_of
from .segments import spoken_parts
from .spelling import is_expected, is_whole, written

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

_HALF_A_WINDOW = 80
_EXPECTED_LEAD = 3.0
"""How much better per 10 ms, as logarithm to base 1.0001, expected phrases must fit than open English."""


@dataclass(frozen=True)
class _Guess:
    words: tuple[str, ...]
    fit: float
    """Logarithm to base 1.0001, for each 10 ms."""


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

    def decode(self, samples: Samples) -> str:
        """What is said, in sentences; empty if nobody speaks."""
        return " ".join(filter(None, map(self._decode_part, spoken_parts(samples))))

    def warm_up(self) -> None:
        """Loads the model of open English now, rather than when it is first needed."""
        _ = self._open

    @cached_property
    def _open(self) -> Any:
        from pocketsphinx import Decoder

        return Decoder(**_EITHER, **_FREE)

    def _decode_part(self, part: Samples) -> str:
        expected = self._expected_in(part)
        if expected.words and is_expected(expected.words):
            return written(expected.words)
        free = _guess(self._open, part)
        return written(expected.words if expected.fit > free.fit + _EXPECTED_LEAD else free.words)

    def _expected_in(self, part: Samples) -> _Guess:
        """What of the expected phrases fits best.

        What is none from end to end is listened to again with the decoder's windows of 10 ms in other
        places: what it misses of the same speech in one it hears in the other.
        """
        first = _guess(self._expected, part)
        if is_whole(first.words):
            return first
        again = _guess(self._expected, part[_HALF_A_WINDOW:])
        return again if is_whole(again.words) else first


def _guess(decoder: Any, part: Samples) -> _Guess:
    decoder.reinit_feat()  # its normalisation would go on from the utterance before, `batch` or not
    decoder.start_utt()
    decoder.process_raw(part.tobytes(), full_utt=True)
    decoder.end_utt()
    found = decoder.hyp()
    if found is None or not found.best_score:
        return _Guess((), float("-inf"))
    fit = decoder.get_logmath().log(found.best_score) / (part.size / 160)
    return _Guess(words_of(found.hypstr), fit)


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
