"""Every recording under every rule: cut off or not, and how long after the speech."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .recording import Recording, Unreadable, read_recording
from .rules import Decide


@dataclass(frozen=True)
class Outcome:
    """What a rule did to a recording.

    Parameters
    ----------
        delay_secs: From the last audible speech to the decision; negative where the speaker was cut
            off, None where no decision was made at all.
    """

    recording: str
    rule: str
    delay_secs: float | None

    @property
    def is_cut_off(self) -> bool:
        """Whether the decision came before the end of speech."""
        return self.delay_secs is not None and self.delay_secs < 0


@dataclass(frozen=True)
class Summary:
    """A rule over all recordings; delays are of those that were not cut off, NaN if there is none."""

    rule: str
    recordings: int
    cut_off: tuple[str, ...]
    undecided: tuple[str, ...]
    mean_secs: float
    max_secs: float


def find_recordings(places: Sequence[Path]) -> list[Path]:
    """The WAV files of folders, and files named one by one.

    Raises:
        Unreadable: a place does not exist, or there is nothing in any of them.
    """
    found: list[Path] = []
    for place in places:
        if not place.exists():
            raise Unreadable(f"{place} does not exist")
        inside = (file for file in place.rglob("*") if file.suffix.lower() == ".wav")
        found += sorted(inside) if place.is_dir() else [place]
    if not found:
        raise Unreadable("there is no WAV file in " + ", ".join(map(str, places)))
    return found


async def measure(
    paths: Sequence[Path],
    rules: dict[str, Decide],
    pause_secs: float = 0.0,
    done: Callable[[Path], object] = lambda _: None,
) -> list[Outcome]:
    """Runs every rule on every recording; calls `done` after each.

    Raises:
        Unreadable: a file holds no audio.
    """
    outcomes: list[Outcome] = []
    for path in paths:
        recording = read_recording(path, pause_secs)
        outcomes += [await _outcome(recording, name, decide) for name, decide in rules.items()]
        done(path)
    return outcomes


async def _outcome(recording: Recording, rule: str, decide: Decide) -> Outcome:
    decided_secs = await decide(recording)
    delay_secs = None if decided_secs is None else round(decided_secs - recording.speech_end_secs, 3)
    return Outcome(recording.name, rule, delay_secs)


def summarise(outcomes: Sequence[Outcome]) -> list[Summary]:
    """One line for each rule, in the order in which they ran."""
    return [
        _summary(rule, [o for o in outcomes if o.rule == rule])
        for rule in dict.fromkeys(o.rule for o in outcomes)
    ]


def _summary(rule: str, outcomes: Sequence[Outcome]) -> Summary:
    delays = [o.delay_secs for o in outcomes if o.delay_secs is not None and not o.is_cut_off]
    return Summary(
        rule=rule,
        recordings=len(outcomes),
        cut_off=tuple(o.recording for o in outcomes if o.is_cut_off),
        undecided=tuple(o.recording for o in outcomes if o.delay_secs is None),
        mean_secs=sum(delays) / len(delays) if delays else math.nan,
        max_secs=max(delays, default=math.nan),
    )
