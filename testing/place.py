"""Where in somebody's code a thing happens: what a finding points at."""

import asyncio
import sys
import sysconfig
import tracemalloc
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Any

import pipecat

Spot = tuple[CodeType, int]
"""A piece of code and a line in it."""

_KIT = str(Path(__file__).parent)
_ASYNCIO = str(Path(asyncio.__file__).parent)
_PYTHON = (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"))
_INSTALLED = ("site-packages", "dist-packages")
_PLUMBING = tuple(
    str(Path(pipecat.__file__).parent / part)
    for part in ("processors/frame_processor.py", "utils", "observers", "pipeline/base_pipeline.py")
)
_LOOP = {"_run", "_run_once", "run_forever", "run_until_complete", "run"}


@dataclass(frozen=True)
class Place:
    """A line of a file, and the function that it is in where that is known."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        inside = f" in {self.function}" if self.function else ""
        return f"{_short(self.file)}:{self.line}{inside}"

    def is_beside(self, other: "Place") -> bool:
        """Whether both are in the same function."""
        return (self.file, self.function) == (other.file, other.function)


def of_frame(frame: FrameType | None) -> Place | None:
    """Where a thread is, from the innermost frame out to the event loop."""
    return _blamed(_called_by(frame))


def of_caller() -> Place | None:
    """Where the code stands that called the caller."""
    frame: FrameType | None = sys._getframe(2)
    return of_frame(frame)


def of_error(trace: TracebackType | None) -> Place | None:
    """Where an exception was raised."""
    spots: list[Spot] = []
    while trace:
        spots.append((trace.tb_frame.f_code, trace.tb_lineno))
        trace = trace.tb_next
    return _blamed(reversed(spots))


def of_task(task: "asyncio.Task[Any]") -> Place | None:
    """What a task waits in."""
    spots: list[Spot] = []
    waiting: Any = task.get_coro()
    while waiting is not None:
        frame = getattr(waiting, "cr_frame", None) or getattr(waiting, "gi_frame", None)
        if frame:
            spots.append((frame.f_code, frame.f_lineno))
        waiting = getattr(waiting, "cr_await", None) or getattr(waiting, "gi_yieldfrom", None)
    return _blamed(reversed(spots))


def of_function(function: Any) -> Place | None:
    """Where a function begins."""
    code = getattr(function, "__code__", None)
    return Place(code.co_filename, code.co_firstlineno, function.__qualname__) if code else None


def of_trace(trace: tracemalloc.Traceback | None) -> Place | None:
    """Where something was made, as `tracemalloc` remembers it."""
    for line in reversed(trace or ()):
        if not _is_plumbing(line.filename):
            return Place(line.filename, line.lineno, "")
    return None


def _called_by(frame: FrameType | None) -> Iterator[Spot]:
    """From a frame out to the loop, or to the kit: who called that is nobody's business."""
    while frame and not is_loop(frame.f_code):
        yield frame.f_code, frame.f_lineno
        frame = frame.f_back


def is_loop(code: CodeType) -> bool:
    """Whether this is the loop's own code, or the kit's, which called whatever stands inside it."""
    file = code.co_filename
    if file.startswith(_KIT):
        return code.co_name != "create_task"
    return file.startswith(_ASYNCIO) and code.co_name in _LOOP


def _blamed(innermost_first: Iterable[Spot]) -> Place | None:
    """The innermost line of a team's own code, else of a library's above the plumbing."""
    spots = [spot for spot in innermost_first if not _is_plumbing(spot[0].co_filename)]
    own = [spot for spot in spots if not any(part in spot[0].co_filename for part in _INSTALLED)]
    for code, line in [*own, *spots]:
        return Place(code.co_filename, line, code.co_qualname)
    return None


def _is_plumbing(file: str) -> bool:
    if file.startswith("<") or file.startswith((_KIT, *_PLUMBING)):
        return True
    return file.startswith(_PYTHON) and not any(part in file for part in _INSTALLED)


def _short(file: str) -> str:
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except ValueError:
        return file
