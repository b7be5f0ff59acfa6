"""The recogniser as the server uses it: a process that decodes, and a memory of what it has heard."""

import asyncio
import hashlib
import itertools
import multiprocessing
import queue
import signal
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from .decoder import SpeechDecoder
from .understanding import Understood, Window, understand

_REMEMBERED = 1000
_IDLE_SECS = 1.0
"""After this long without work the rest of the decoder is loaded ahead of need."""


@dataclass(eq=False)
class _Job:
    """What a window says, for as many as want to know; the sound itself is let go once it is understood."""

    understood: Future[Understood] = field(default_factory=Future)
    waiting: int = 0

    @property
    def has_failed(self) -> bool:
        """Whether nobody could say; another one may."""
        done = self.understood.done() and not self.understood.cancelled()
        return done and self.understood.exception() is not None


class Ears:
    """Hears speech without holding up whoever waits for something else.

    Known audio is recognised by its hash, so that the same recording costs next to nothing again.
    Decoding has a process of its own, because the decoder never lets go of the interpreter; if it dies,
    another one takes its place. What is understood ahead of need waits for all that is needed now.
    """

    def __init__(self) -> None:
        self._process, self._pipe = _start_process()
        self._is_closed = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ears")
        self._awake = self._thread.submit(self._pipe.recv)
        self._known: OrderedDict[bytes, _Job] = OrderedDict()
        self._waiting: queue.PriorityQueue[tuple[bool, int, Window, _Job]] = queue.PriorityQueue()
        self._count = itertools.count()

    def wait_until_ready(self) -> None:
        """Blocks until speech can be decoded.

        Raises:
            EOFError: it never will; the process has said why on standard error.
        """
        self._awake.result()

    async def understand(self, window: Window, *, is_ahead: bool) -> Understood:
        """What a window says. Who is cancelled wants it no more: what nobody wants is not begun.

        Raises:
            EOFError: the process is gone, and so is the one that took its place; or an OSError.
        """
        key = _key_of(window)
        job = self._known.get(key)
        if job is None or job.has_failed:
            job = self._known[key] = _Job()
        self._known.move_to_end(key)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        if not job.understood.done():
            self._enqueue(window, job, is_ahead=is_ahead)
        job.waiting += 1
        try:
            return await asyncio.shield(asyncio.wrap_future(job.understood))
        finally:
            job.waiting -= 1
            if not job.waiting and job.understood.cancel():
                self._known.pop(key, None)

    def close(self) -> None:
        """Ends the process, and whoever still waits for it."""
        self._is_closed = True
        self._process.kill()
        self._thread.shutdown(cancel_futures=True)
        self._process.kill()  # it may be another one by now
        while not self._waiting.empty():
            self._waiting.get()[-1].understood.cancel()
        self._process.join()
        self._process.close()
        self._pipe.close()

    def _enqueue(self, window: Window, job: _Job, *, is_ahead: bool) -> None:
        """Again, if it waits already: somebody may need it sooner."""
        self._waiting.put((is_ahead, next(self._count), window, job))
        self._thread.submit(self._do_next)

    def _do_next(self) -> None:
        *_, window, job = self._waiting.get()
        if job.understood.done() or not job.understood.set_running_or_notify_cancel():
            return
        try:
            job.understood.set_result(self._understood(window))
        except (EOFError, OSError) as error:
            job.understood.set_exception(error)

    def _understood(self, window: Window) -> Understood:
        try:
            self._pipe.send(window)
            return self._pipe.recv()
        except (EOFError, OSError):
            if self._is_closed:
                raise
        self._replace_process()
        self._pipe.send(window)
        return self._pipe.recv()

    def _replace_process(self) -> None:
        """The decoder is dead: killed by the system, for want of memory perhaps."""
        dead, its_pipe = self._process, self._pipe
        self._process, self._pipe = _start_process()
        dead.kill()
        dead.join()
        dead.close()
        its_pipe.close()
        self._pipe.recv()


def _start_process() -> tuple[SpawnProcess, "Connection[Window, Understood]"]:
    """A decoder, and the way to it: it says None when it is awake."""
    spawning = multiprocessing.get_context("spawn")
    pipe, other_end = spawning.Pipe()
    process = spawning.Process(target=_understand_all, args=(other_end,), daemon=True)
    process.start()
    other_end.close()  # the process holds the only one, so that either end notices the other's death
    return process, pipe


def _key_of(window: Window) -> bytes:
    about = repr((window.rate_hz, window.is_over, window.loudest)).encode()
    return hashlib.blake2b(about + window.pcm, digest_size=16).digest()


def _understand_all(pipe: "Connection[Understood | None, Window]") -> None:
    """The process: announces that it is awake, then says of each window what it understands."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then closes the pipe
    decoder = SpeechDecoder()
    pipe.send(None)
    if not pipe.poll(_IDLE_SECS):
        decoder.warm_up()
    while True:
        try:
            window = pipe.recv()
        except EOFError:
            return
        pipe.send(understand(decoder, window))
