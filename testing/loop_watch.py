"""Sees what blocks the event loop: a thread beside it looks at where the loop's thread is."""

import asyncio
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from . import place
from .place import Place

LONGEST_BLOCK_SECS = 0.05
"""Two frames of microphone audio and a half: what a listener may begin to hear."""

_LOOK_SECS = 0.004


class LoopWatch:
    """Notes every place that the loop's thread did not leave for too long.

    Counted is what the code itself took, computing or waiting, not how long a busy machine kept
    it from running; and only while the loop took no other step in between.
    """

    def __init__(self, longest_secs: float = LONGEST_BLOCK_SECS) -> None:
        self.blocks: dict[Place, float] = {}
        """Each place with its longest block, in seconds."""
        self._longest_secs = longest_secs
        self._loop = asyncio.get_running_loop()
        self._target = _Clock(threading.current_thread())
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, name="loop-watch", daemon=True)
        self._has_turned = True

    def __enter__(self) -> "LoopWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        """Asks the loop for a sign of life, and until it comes watches what keeps it."""
        step = _Step()
        while not self._stop.wait(_LOOK_SECS):
            secs = self._target.step_secs()
            if self._has_turned:
                self._has_turned, step = False, _Step()
                self._loop.call_soon_threadsafe(self._note_turn)
            else:
                step.add(sys._current_frames().get(self._target.ident), secs)
                if step.where and step.secs >= self._longest_secs:
                    self.blocks[step.where] = max(step.secs, self.blocks.get(step.where, 0.0))

    def _note_turn(self) -> None:
        self._has_turned = True


class _Step:
    """One callback of the loop, as far as it was seen in the same function."""

    def __init__(self) -> None:
        self.secs = 0.0
        self.where: Place | None = None
        self._begun_by: FrameType | None = None
        self._lines: dict[Place, float] = {}

    def add(self, frame: FrameType | None, secs: float) -> None:
        """Counts time for where the thread is now."""
        begun_by, where = _outermost(frame), place.of_frame(frame)
        if begun_by is not self._begun_by or not (where and self.where and where.is_beside(self.where)):
            self.secs, self._lines, self._begun_by = 0.0, {}, begun_by
        self.where = where
        if where:
            self.secs += secs
            self._lines[where] = self._lines.get(where, 0.0) + secs
            self.where = max(self._lines, key=self._lines.__getitem__)


class _Clock:
    """How long a thread has computed or waited since it was last asked, in seconds."""

    def __init__(self, thread: threading.Thread) -> None:
        self.ident = thread.ident or 0
        self._cpu = time.pthread_getcpuclockid(self.ident) if hasattr(time, "pthread_getcpuclockid") else None
        self._stat = Path(f"/proc/self/task/{thread.native_id}/stat")
        self._cpu_secs, self._wall_secs = self._now()

    def step_secs(self) -> float:
        """Its computing time, and where it sleeps all of the time that has passed.

        A thread that could run and is not let has neither; where the system does not tell, all
        time counts.
        """
        before, (self._cpu_secs, self._wall_secs) = (self._cpu_secs, self._wall_secs), self._now()
        return self._wall_secs - before[1] if self._sleeps() else self._cpu_secs - before[0]

    def _now(self) -> tuple[float, float]:
        return time.clock_gettime(self._cpu) if self._cpu is not None else 0.0, time.monotonic()

    def _sleeps(self) -> bool:
        if self._cpu is None:
            return True
        try:
            return self._stat.read_text().rpartition(")")[2].split()[0] in "SD"
        except OSError:
            return True


def _outermost(frame: FrameType | None) -> FrameType | None:
    """The frame that the loop called: one object as long as a step lasts."""
    outermost = None
    while frame and not place.is_loop(frame.f_code):
        outermost, frame = frame, frame.f_back
    return outermost
