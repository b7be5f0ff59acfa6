"""What a check finds, and how it is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from .place import Place


class Rule(Enum):
    """What a line of processors asks of each one in it."""

    BUILDS = "it can be built, set up and cleaned up"
    CALLS_SUPER = "it lets the base class see every frame"
    LIFE = "it passes the start and the end of a call on"
    UNKNOWN = "it passes on what it does not know, unchanged, once, in order, the way it came"
    SIGNALS = "it passes interruptions and errors on"
    ORDER = "it keeps audio and text in order and sends nothing twice"
    RAISES = "it raises nothing"
    HOLDS_UP = "it does not hold up what comes behind"
    BLOCKS = "it does not block the event loop"
    CANCELS = "it ends at once when the call is cancelled, in the middle of work too"
    LEAVES = "it leaves no task, thread, socket or file behind"
    KEEPS = "it keeps no frames"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: which rule, what, where, and what to do about it."""

    rule: Rule
    wrong: str
    remedy: str
    place: Place | None = None

    def __str__(self) -> str:
        return f"{self.place or 'no place known'}: {self.wrong}; {self.remedy}"


@dataclass(frozen=True)
class Report:
    """What became of a processor in all trials."""

    name: str
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    """Worth knowing, nothing wrong: what a frame costs, which faults it reported."""

    def of(self, rule: Rule) -> list[Finding]:
        """What breaks one rule."""
        return [finding for finding in self.findings if finding.rule is rule]

    def __str__(self) -> str:
        if not self.findings:
            return "\n".join([f"{self.name} keeps all {len(Rule)} rules", *(f"  {n}" for n in self.notes)])
        broken = [f"  {finding}" for finding in self.findings]
        return "\n".join([f"{self.name} breaks {_count(self.findings)}:", *broken])


_FOLLOWS = {
    Rule.RAISES: {Rule.UNKNOWN, Rule.SIGNALS, Rule.LIFE, Rule.HOLDS_UP, Rule.CANCELS, Rule.KEEPS},
    Rule.UNKNOWN: {Rule.HOLDS_UP, Rule.KEEPS},
    Rule.CALLS_SUPER: set(Rule) - {Rule.CALLS_SUPER},
}
"""What a breach brings with it: frames that were lost on the way are not worth telling of twice."""

_ONE_PER_PLACE = {Rule.RAISES, Rule.BLOCKS, Rule.HOLDS_UP}


def worth_telling(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each fault once, and none that only follows from another."""
    findings = list(findings)
    followers = {rule for cause in {f.rule for f in findings} for rule in _FOLLOWS.get(cause, ())}
    told: dict[tuple[object, Place | None], Finding] = {}
    for finding in findings:
        if finding.rule not in followers:
            what = finding.rule if finding.rule in _ONE_PER_PLACE else finding.wrong
            told.setdefault((what, finding.place), finding)
    return tuple(told.values())


class NotConformant(AssertionError):
    """A processor breaks rules; its text has one line for each finding."""

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report


def _count(findings: tuple[Finding, ...]) -> str:
    rules = len({finding.rule for finding in findings})
    return "one rule" if rules == 1 else f"{rules} rules"
