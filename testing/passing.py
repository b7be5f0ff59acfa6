"""What has become of the frames that were sent: lost, doubled, changed, turned round, out of order."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from pipecat.frames.frames import Frame, SystemFrame
from pipecat.processors.frame_processor import FrameDirection

from .frames import DOWN, UP, Unknown
from .place import Place
from .report import Finding, Rule
from .taps import Ends

_PUSH_ON = "end process_frame with `await self.push_frame(frame, direction)` for every frame"
_WORDS = {DOWN: "downstream", UP: "upstream"}


class Sent:
    """The unknown frames of a trial, as they were when they were sent."""

    def __init__(self, frames: Iterable[tuple[Frame, FrameDirection]]) -> None:
        self.frames = list(frames)
        self._as_sent = [_content(frame) for frame, _ in self.frames]

    def are_through(self, ends: Ends) -> bool:
        """Whether all of them have come out somewhere."""
        out = {id(frame) for direction in (DOWN, UP) for frame in ends.went(direction)}
        return all(id(frame) in out for frame, _ in self.frames)

    def findings(self, ends: Ends, where: Place | None) -> list[Finding]:
        """What is wrong with them at the ends: one finding for each fault."""
        by_fault: dict[tuple[str, str], dict[str, None]] = {}
        for number, (frame, direction) in enumerate(self.frames):
            if fault := self._fault(number, ends):
                kind = f"{type(frame).__name__} {_WORDS[direction]}"
                by_fault.setdefault(fault, {})[kind] = None
        if not by_fault:
            return _out_of_order(self.frames, ends, where)
        return [
            Finding(Rule.UNKNOWN, f"what it does not know {wrong} ({', '.join(kinds)})", remedy, where)
            for (wrong, remedy), kinds in by_fault.items()
        ]

    def _fault(self, number: int, ends: Ends) -> tuple[str, str] | None:
        frame, direction = self.frames[number]
        back = UP if direction is DOWN else DOWN
        times = sum(each is frame for each in ends.went(direction))
        if ends.has(frame, back):
            return "comes out the wrong way", "push it on in the direction in which it came"
        if not times and _copied(frame, ends.went(direction)):
            return "comes out as a copy", "push on the frame itself"
        if not times:
            return "does not come out", _PUSH_ON
        if times > 1:
            return "comes out more than once", "push it on once"
        if _content(frame) != self._as_sent[number]:
            return "comes out changed", "leave alone what is not yours"
        return None


def in_order(ends: Ends, sent: Sequence[Frame], where: Place | None) -> list[Finding]:
    """What a typical turn's frames, as far as they came out, tell of order and doubles."""
    at = {id(frame): number for number, frame in enumerate(sent)}
    came = [(type(frame).__name__, at[id(frame)]) for frame in ends.went(DOWN) if id(frame) in at]
    doubled = sorted({name for (name, _), count in Counter(came).items() if count > 1})
    if doubled:
        wrong = f"comes out more than once: {', '.join(doubled)}"
        return [Finding(Rule.ORDER, wrong, "push it on once", where)]
    mixed = [name for name in sorted(dict(came)) if not _rises([at for kind, at in came if kind == name])]
    if mixed:
        wrong = f"comes out in another order than it came in: {', '.join(mixed)}"
        return [Finding(Rule.ORDER, wrong, "push on as it comes", where)]
    return []


def _rises(numbers: Sequence[int]) -> bool:
    return all(earlier < later for earlier, later in pairwise(numbers))


def _out_of_order(
    sent: Sequence[tuple[Frame, FrameDirection]], ends: Ends, where: Place | None
) -> list[Finding]:
    """System frames may overtake others, but not each other; nor do data and control frames."""
    findings: list[Finding] = []
    for direction in (DOWN, UP):
        for system, kind in ((True, "system frames"), (False, "data and control frames")):
            wanted = [id(f) for f, d in sent if d is direction and isinstance(f, SystemFrame) is system]
            got = [id(frame) for frame in ends.went(direction) if id(frame) in set(wanted)]
            if got != wanted:
                wrong = f"{kind} going {_WORDS[direction]} come out in another order"
                remedy = "push them on as they come, not from tasks that race"
                findings.append(Finding(Rule.UNKNOWN, wrong, remedy, where))
    return findings


def _copied(frame: Frame, out: Sequence[Frame]) -> bool:
    assert isinstance(frame, Unknown)
    return any(type(each) is type(frame) and each.number == frame.number for each in out)  # pyright: ignore


def _content(frame: Frame) -> object:
    assert isinstance(frame, Unknown)
    return frame.number, dict(frame.metadata)
