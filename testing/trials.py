"""What a processor is put through: each trial builds a fresh one and drives it to its end."""

import asyncio
import gc
import weakref
from collections.abc import Awaitable, Callable, Iterable

from pipecat.frames.frames import CancelFrame, EndFrame, ErrorFrame, Frame, InterruptionFrame

from .frames import UP, typical_turn, unknown
from .leaks import Belongings, TaskWatch
from .passing import Sent, in_order
from .report import Finding, Rule
from .rig import Rig
from .subject import Subject

_ROUNDS = 20
_KEPT_AT_MOST = 0.5
_UNDER_WAY_SECS = 0.03

Trial = Callable[[Rig], Awaitable[None]]


async def walk(rig: Rig) -> None:
    """A call in which nothing happens that the processor knows: it passes everything on."""
    if passed_on := await _unknown_passes(rig, 0):
        rig.findings += _kept(rig, passed_on)
    goes_on = await rig.passes(InterruptionFrame(), Rule.SIGNALS)
    goes_on = goes_on and await rig.passes(InterruptionFrame(), Rule.SIGNALS, UP)
    if goes_on and await _error_passes(rig):
        await _unknown_passes(rig, _ROUNDS)
        await rig.passes(EndFrame(), Rule.LIFE)


async def talk(rig: Rig) -> None:
    """Two typical turns, the second after an interruption."""
    for number in range(2):
        turn = list(typical_turn())
        for frame in turn:
            await rig.send(frame)
            await asyncio.sleep(0)
        await _gets_through(rig, number)
        rig.findings += in_order(rig.ends, turn, rig.where)
        rig.ends.forget()
        await rig.send(InterruptionFrame())
    await rig.passes(CancelFrame(), Rule.LIFE)


async def break_off(rig: Rig) -> None:
    """A call that is cancelled while the processor is at work."""
    for frame in typical_turn():
        await rig.send(frame)
    await asyncio.sleep(_UNDER_WAY_SECS)
    await rig.passes(CancelFrame(), Rule.CANCELS)


TRIALS: tuple[Trial, ...] = (walk, talk, break_off)


async def held(trial: Trial, subject: Subject, patience_secs: float) -> Rig:
    """Holds one trial to its end, and looks at what is left behind.

    Raises:
        Unbuildable: there is no processor to try.
    """
    belongings = Belongings()
    with TaskWatch() as tasks:
        rig = Rig(subject.build(), tasks.tasks, patience_secs)
        if await rig.set_up():
            await trial(rig)
        is_clean = await rig.clean_up()
        rig.findings += await tasks.left(rig.cleanup_at, is_clean)
    for error, when in tasks.errors:
        rig.note_error(error, when)
    if not subject.has_call:
        rig.findings += await belongings.files_left()
    rig.let_go()
    rig.findings += await belongings.threads_left()
    return rig


async def _unknown_passes(rig: Rig, start: int) -> "list[weakref.ref[Frame]]":
    """Sends frames of every unknown kind in both directions; what was passed on, for later."""
    sent = Sent(unknown(_ROUNDS, start))
    for frame, direction in sent.frames:
        await rig.send(frame, direction)
    await rig.ends.wait_until(lambda: sent.are_through(rig.ends), rig.patience_secs)
    wrong = sent.findings(rig.ends, rig.where)
    rig.add_new(wrong)
    rig.ends.forget()
    return [] if wrong else [weakref.ref(frame) for frame, _ in sent.frames]


async def _error_passes(rig: Rig) -> bool:
    """An error on its way upstream is passed on, or told as another."""
    await rig.send(ErrorFrame("an error of a trial"), UP)
    has_come = lambda: any(isinstance(frame, ErrorFrame) for frame in rig.ends.went(UP))  # noqa: E731
    if not await rig.ends.wait_until(has_come, rig.patience_secs):
        wrong = "an ErrorFrame on its way upstream does not come out, and no other in its place"
        remedy = "push it on: whoever apologises to the caller stands further up"
        rig.findings.append(Finding(Rule.SIGNALS, wrong, remedy, rig.where))
        return False
    return True


async def _gets_through(rig: Rig, number: int) -> None:
    """Whether anything that comes behind the turn's frames gets through in time.

    Where an upstream failed there is an interruption first, as from whoever recovers from it.
    """
    sent = Sent(unknown(1, number))
    for frame, direction in sent.frames:
        await rig.send(frame, direction)
    await rig.ends.wait_until(lambda: bool(rig.faults) or sent.are_through(rig.ends), rig.patience_secs)
    if rig.faults:
        await rig.send(InterruptionFrame())
        sent = Sent(unknown(1, number))
        for frame, direction in sent.frames:
            await rig.send(frame, direction)
    if not await rig.ends.wait_until(lambda: sent.are_through(rig.ends), rig.patience_secs):
        at = rig.waits_in()
        wrong = f"what comes behind a turn is held up for more than {rig.patience_secs:g} s"
        rig.add_new([Finding(Rule.HOLDS_UP, wrong, "bound the wait, or wait in a task", at or rig.where)])


def _kept(rig: Rig, frames: "Iterable[weakref.ref[Frame]]") -> list[Finding]:
    """Whether the processor still holds the frames that it has passed on."""
    gc.collect()
    alive = [frame for ref in frames if (frame := ref()) is not None]
    total = len(list(frames))
    if len(alive) <= total * _KEPT_AT_MOST:
        return []
    where = next((name for name, value in vars(rig.processor).items() if _holds(value, alive[0])), None)
    wrong = f"still holds {len(alive)} of {total} frames that it has passed on"
    wrong += f", in self.{where}" if where else ""
    return [
        Finding(Rule.KEEPS, wrong, "keep what you need of a frame, not the frame, and bound it", rig.where)
    ]


def _holds(value: object, frame: Frame) -> bool:
    values = value.values() if isinstance(value, dict) else value
    return isinstance(values, Iterable) and not isinstance(value, str | bytes) and _has(values, frame)


def _has(values: Iterable[object], frame: Frame) -> bool:
    try:
        return any(each is frame for each in values)
    except Exception:
        return False
