"""What a processor leaves behind: tasks, threads, sockets and files."""

import asyncio
import contextlib
import gc
import io
import re
import socket
import sys
import threading
import tracemalloc
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from . import place
from .place import Place
from .report import Finding, Rule

_GRACE_SECS = 0.5
_NO_SUPER = ("cleanup() does not reach the base class", "call `await super().cleanup()` in it")
_OPEN_FILES = Path("/proc/self/fd")
_TASKS_OF_PIPECAT = ("__input_frame_task_handler", "__process_frame_task_handler")


_watched: ContextVar["TaskWatch | None"] = ContextVar("watched", default=None)
"""What was begun in a trial carries it on; what else goes on in the loop does not."""


class TaskWatch:
    """Knows every task that is made in its context while it lasts, and who made it."""

    def __init__(self) -> None:
        self.errors: list[tuple[Exception, str]] = []
        """What tasks raised that nobody waited for."""
        self.tasks: set[asyncio.Task[Any]] = set()
        self._made_in: dict[asyncio.Task[Any], Place | None] = {}
        self._loop = asyncio.get_running_loop()
        self._others = self._loop.get_task_factory()

    def __enter__(self) -> "TaskWatch":
        self._loop.set_task_factory(self._make)
        self._token = _watched.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _watched.reset(self._token)
        self._loop.set_task_factory(self._others)

    async def left(self, cleanup: Place | None, is_clean: bool) -> list[Finding]:
        """The tasks that do not end; they are cancelled once they are found.

        Pipecat's own tell that the base class's cleanup was not reached, unless cleanup failed.
        """
        me = asyncio.current_task()
        await _until(lambda: all(task.done() for task in self.tasks if task is not me))
        left = [task for task in self.tasks if not task.done() and self._is_anybodys(task)]
        own = [task for task in left if not _is_pipecats(task)]
        findings = [self._finding(task) for task in own]
        if is_clean and len(own) < len(left):
            findings.append(Finding(Rule.LEAVES, *_NO_SUPER, cleanup))
        for task in left:
            task.cancel()
        await asyncio.sleep(0)
        return findings

    def _is_anybodys(self, task: "asyncio.Task[Any]") -> bool:
        """Whether it was made by the processor, or by Pipecat for it, and not by the kit."""
        return bool(self._made_in.get(task)) or _is_pipecats(task)

    def _make(self, loop: asyncio.AbstractEventLoop, work: Any, **more: Any) -> "asyncio.Task[Any]":
        make = self._others or (lambda loop, work, **more: asyncio.Task(work, loop=loop, **more))
        task: Any = make(loop, work, **more)
        if _watched.get() is self:
            self.tasks.add(task)
            self._made_in[task] = place.of_caller()
            task.add_done_callback(self._look_at_end)
        return task

    def _look_at_end(self, task: "asyncio.Task[Any]") -> None:
        error = None if task.cancelled() else task.exception()
        if self._made_in.get(task) and isinstance(error, Exception):
            self.errors.append((error, f"its own in task {_name(task)}"))

    def _finding(self, task: "asyncio.Task[Any]") -> Finding:
        wrong = f"a task is left running after cleanup(): {_name(task)}, made here"
        if waits := place.of_task(task):
            wrong += f", now at {waits}"
        remedy = "keep it, and cancel it in cleanup() with `await self.cancel_task(...)`"
        return Finding(Rule.LEAVES, wrong, remedy, self._made_in[task])


def _is_pipecats(task: "asyncio.Task[Any]") -> bool:
    return task.get_name().endswith(_TASKS_OF_PIPECAT)


def _name(task: "asyncio.Task[Any]") -> str:
    """What it runs: Pipecat names its tasks so, asyncio only numbers them."""
    _, named, name = task.get_name().rpartition("::")
    return name if named else getattr(task.get_coro(), "__qualname__", name)


class Belongings:
    """The threads and open files of the process, to see afterwards which are new."""

    def __init__(self) -> None:
        self._threads = set(threading.enumerate())
        self._open = _open_files()

    async def files_left(self) -> list[Finding]:
        """The sockets and files that are open and were not before, once they have had time to go."""
        await _until(lambda: not self._new_files())
        return [_file_finding(*file) for file in self._new_files()]

    async def threads_left(self) -> list[Finding]:
        """The threads that run and did not before; asked once the processor itself is gone."""
        gc.collect()
        await _until(lambda: not self._new_threads())
        return [_thread_finding(thread) for thread in self._new_threads()]

    def _new_threads(self) -> list[threading.Thread]:
        new = set(threading.enumerate()) - self._threads
        return [t for t in new if not t.name.startswith(("asyncio_", "loop-watch")) and t.is_alive()]

    def _new_files(self) -> list[tuple[int, str]]:
        return sorted(_open_files() - self._open)


async def _until(is_so: Callable[[], bool]) -> None:
    """Gives what is on its way out some time."""
    try:
        async with asyncio.timeout(_GRACE_SECS):
            while not is_so():
                await asyncio.sleep(0.01)
    except TimeoutError:
        return


def _open_files() -> set[tuple[int, str]]:
    """Number and target of each open file; none where the system does not tell."""
    if not _OPEN_FILES.is_dir():
        return set()
    found: set[tuple[int, str]] = set()
    for file in _OPEN_FILES.iterdir():
        with contextlib.suppress(OSError):
            target = str(file.readlink())
            if not target.startswith(("/proc/", "anon_inode:")):
                found.add((int(file.name), target))
    return found


def _thread_finding(thread: threading.Thread) -> Finding:
    where = place.of_frame(sys._current_frames().get(thread.ident or 0))
    name = re.sub(r"-\d+", "", thread.name)
    wrong = f"thread {name} is left running after cleanup()"
    return Finding(Rule.LEAVES, wrong, "end it in cleanup(), and shut executors down", where)


def _file_finding(number: int, target: str) -> Finding:
    what = "a socket" if target.startswith("socket:") else target
    wrong = f"{what} is left open after cleanup()"
    return Finding(Rule.LEAVES, wrong, "close it in cleanup()", _opened_in(number))


def _opened_in(number: int) -> Place | None:
    """Where an open file was opened, where that was being traced."""
    if not tracemalloc.is_tracing():
        return None
    for each in gc.get_objects():
        # Not isinstance: it asks lazy stand-ins for what they stand for, which imports it.
        if issubclass(type(each), socket.socket | io.IOBase) and _number(each) == number:
            return place.of_trace(tracemalloc.get_object_traceback(each))
    return None


def _number(file: Any) -> int:
    try:
        return file.fileno()
    except (OSError, ValueError):
        return -1
