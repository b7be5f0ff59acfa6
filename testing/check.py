"""Puts a processor through every trial."""

import tracemalloc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..agents.call_context import CallContext
from .loop_watch import LoopWatch
from .place import Place
from .report import Finding, NotConformant, Report, Rule, worth_telling
from .rig import Rig
from .subject import Processor, Subject, Unbuildable
from .trials import TRIALS, Trial, held

PATIENCE_SECS = 3.0
"""How long a frame, a setup or a cleanup may take. What a call's user waits for is far less."""

_TRACED_FRAMES = 25
_HOPELESS = {Rule.BUILDS, Rule.CALLS_SUPER, Rule.LEAVES}
"""After these another trial would only find the same again, and slowly."""


async def check_processor(
    processor: Processor,
    options: Mapping[str, Any] | None = None,
    *,
    call: CallContext | None = None,
    folder: Path | None = None,
    patience_secs: float = PATIENCE_SECS,
) -> Report:
    """Holds a processor to what a line of processors asks of each one in it.

    `processor` is a class, a function that returns one, or text as in a settings file:
    `module:Class` or a short name, `stage.name`; `options` are those of its table. It is built
    anew for each trial, for a call that nobody makes and that OpenAI refuses, unless one is given.

    Raises:
        NotConformant: with one line for each finding.
    """
    report = await examine(processor, options, call=call, folder=folder, patience_secs=patience_secs)
    if report.findings:
        raise NotConformant(report)
    return report


async def examine(
    processor: Processor,
    options: Mapping[str, Any] | None = None,
    *,
    call: CallContext | None = None,
    folder: Path | None = None,
    patience_secs: float = PATIENCE_SECS,
) -> Report:
    """The same without raising: a report, whatever is found."""
    subject = Subject(processor, options or {}, call, folder or Path.cwd())
    rigs: list[Rig] = []
    findings: list[Finding] = []
    for trial in TRIALS:
        try:
            rig, blocks = await _watched(trial, subject, patience_secs)
        except Unbuildable as error:
            return Report(subject.name, (error.finding,))
        rigs.append(rig)
        findings += [*rig.findings, *blocks]
        if any(finding.rule in _HOPELESS for finding in findings):
            break
    return Report(subject.name, worth_telling(findings), _notes(rigs))


async def _watched(trial: Trial, subject: Subject, patience_secs: float) -> tuple[Rig, list[Finding]]:
    """Holds a trial; what seems to block, or is left open, is confirmed by a second one."""
    with LoopWatch() as watch:
        rig = await held(trial, subject, patience_secs)
    if not (watch.blocks or _is_left_open(rig)):
        return rig, []
    with LoopWatch() as again, _tracing(_is_left_open(rig)):
        second = await held(trial, subject, patience_secs)
    confirmed = [_block(at, secs) for at, secs in watch.blocks.items() if _is_in(at, again)]
    return second if _is_left_open(rig) else rig, confirmed


@contextmanager
def _tracing(is_wanted: bool) -> Iterator[None]:
    """Remembers where things are made, which makes everything slower."""
    if not is_wanted or tracemalloc.is_tracing():
        yield
        return
    tracemalloc.start(_TRACED_FRAMES)
    try:
        yield
    finally:
        tracemalloc.stop()


def _is_left_open(rig: Rig) -> bool:
    return any(finding.rule is Rule.LEAVES and finding.place is None for finding in rig.findings)


def _is_in(at: Place, watch: LoopWatch) -> bool:
    return any(at.is_beside(other) for other in watch.blocks)


def _block(at: Place, secs: float) -> Finding:
    wrong = f"blocks the event loop for {secs * 1000:.0f} ms, in which no call of this process moves"
    return Finding(Rule.BLOCKS, wrong, "await it, or hand it to a thread with `asyncio.to_thread`", at)


def _notes(rigs: list[Rig]) -> tuple[str, ...]:
    faults = sorted({code for rig in rigs for code in rig.faults})
    told = (f"told of faults of its upstream: {', '.join(faults)}",) if faults else ()
    return (rigs[-1].cost(), *told)
