"""The recordings that are played, and what is said in them."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from turnwise.agents.client.speech import audible_samples, read_wav
from turnwise.agents.wire import MIC_SAMPLE_RATE_HZ

_ROW = re.compile(r"\|([^|]*\.wav[^|]*)\|([^|]*)\|")
_REMARK = re.compile(r"\([^)]*\)")


@dataclass(frozen=True)
class Recording:
    """A WAV file as the microphone hears it: 16 kHz, mono, signed 16 bit."""

    name: str
    pcm: bytes
    says: str | None
    """None where nobody has written it down."""

    @property
    def speech_secs(self) -> float:
        """From the beginning of the file to the last audible sample."""
        return audible_samples(self.pcm) / MIC_SAMPLE_RATE_HZ

    def in_round(self, number: int) -> bytes:
        """The same speech with the least noise there is, another in each round: nothing knows it already."""
        samples = np.frombuffer(self.pcm, "<i2").astype(np.int32)
        noise = np.random.default_rng(number).integers(-1, 2, samples.size)
        return np.clip(samples + noise, -32768, 32767).astype("<i2").tobytes()


def read_folder(folder: Path) -> list[Recording]:
    """Every WAV of a folder; its words stand beside it as NAME.txt, or in a table in README.md.

    Raises:
        BadInput: one of them is no audio.
    """
    table = _read_table(folder / "README.md")
    return [
        Recording(file.stem, read_wav(file), _words_of(file, table)) for file in sorted(folder.glob("*.wav"))
    ]


def word_errors(said: str, heard: str) -> int:
    """The least number of words to change, add or take away."""
    wanted, got = _words(said), _words(heard)
    row = list(range(len(got) + 1))
    for count, word in enumerate(wanted, 1):
        above, row = row, [count]
        for at, other in enumerate(got, 1):
            row.append(min(above[at] + 1, row[at - 1] + 1, above[at - 1] + (word != other)))
    return row[-1]


def word_count(text: str) -> int:
    """How many words a text has."""
    return len(_words(text))


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.lower())


def _words_of(file: Path, table: dict[str, str]) -> str | None:
    beside = file.with_suffix(".txt")
    return beside.read_text(encoding="utf-8").strip() if beside.is_file() else table.get(file.name)


def _read_table(readme: Path) -> dict[str, str]:
    """Of rows `| a.wav, b.wav | what they say |`; a row that says "(no turn)" says nothing."""
    if not readme.is_file():
        return {}
    said: dict[str, str] = {}
    for names, text in _ROW.findall(readme.read_text(encoding="utf-8")):
        words = "" if "(no turn)" in text else _REMARK.sub("", text).strip()
        said.update({name.strip(): words for name in names.split(",")})
    return said
