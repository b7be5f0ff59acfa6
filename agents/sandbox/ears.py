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

from .decoder import SpeechDecoder
from .understanding import Understood, Window, understand

_REMEMBERED = 1000
_IDLE_SECS = 1.0
"""After this long without work the rest of the decoder is loaded ahead of need."""


@dataclass(eq=False)
class _Job:
    """A window, for as many as want to know what it says."""

    window: Window | None
    """None once it is understood: what is remembered is what it says."""
    understood: Future[Understood] = field(default_factory=Future)
    waiting: int = 0


class Ears:
    """Hears speech without holding up whoever waits for something else.

    Known audio is recognised by its hash, so that the same recording costs next to nothing again.
    Decoding has a process of its own, because the decoder never lets go of the interpreter. What is
    understood ahead of need waits for all that is needed now.
    """

    def __init__(self) -> None:
        spawning = multiprocessing.get_context("spawn")
        self._pipe, other_end = spawning.Pipe()
        self._process = spawning.Process(target=_understand_all, args=(other_end,), daemon=True)
        self._process.start()
        other_end.close()  # the process holds the only one, so that either end notices the other's death
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ears")
        self._awake = self._thread.submit(self._pipe.recv)
        self._known: OrderedDict[bytes, _Job] = OrderedDict()
        self._waiting: queue.PriorityQueue[tuple[bool, int, _Job]] = queue.PriorityQueue()
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
            EOFError: the process is gone, or an OSError.
        """
        key = _key_of(window)
        job = self._known.setdefault(key, _Job(window))
        self._known.move_to_end(key)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        if not job.understood.done():
            self._enqueue(job, is_ahead=is_ahead)
        job.waiting += 1
        try:
            return await asyncio.shield(asyncio.wrap_future(job.understood))
        finally:
            job.waiting -= 1
            if not job.waiting and job.understood.cancel():
                self._known.pop(key, None)

    def close(self) -> None:
        """Ends the process, and whoever still waits for it."""
        self._process.kill()
        self._thread.shutdown(cancel_futures=True)
        while not self._waiting.empty():
            self._waiting.get()[-1].understood.cancel()
        self._process.join()
        self._process.close()
        self._pipe.close()

    def _enqueue(self, job: _Job, *, is_ahead: bool) -> None:
        """Again, if it waits already: somebody may need it sooner."""
        self._waiting.put((is_ahead, next(self._count), job))
        self._thread.submit(self._do_next)

    def _do_next(self) -> None:
        job = self._waiting.get()[-1]
        if job.understood.done() or not job.understood.set_running_or_notify_cancel():
            return
        window, job.window = job.window, None
        try:
            self._pipe.send(window)
            job.understood.set_result(self._pipe.recv())
        except (EOFError, OSError) as error:
            job.understood.set_exception(error)


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
