"""The recogniser as the server uses it: a process that decodes, and a memory of what it has heard."""

import asyncio
import hashlib
import multiprocessing
import signal
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection

import numpy as np

from .audio import Samples
from .decoder import SpeechDecoder

_REMEMBERED = 1000
_IDLE_SECS = 1.0
"""After this long without work the rest of the decoder is loaded ahead of need."""


class Ears:
    """Hears speech without holding up whoever waits for something else.

    Known audio is recognised by its hash, so that the same recording costs next to nothing again.
    Decoding has a process of its own, because the decoder never lets go of the interpreter.
    """

    def __init__(self) -> None:
        spawning = multiprocessing.get_context("spawn")
        self._pipe, other_end = spawning.Pipe()
        self._process = spawning.Process(target=_decode_all, args=(other_end,), daemon=True)
        self._process.start()
        other_end.close()  # the process holds the only one, so that either end notices the other's death
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ears")
        self._awake = self._thread.submit(self._pipe.recv)
        self._heard: OrderedDict[bytes, Future[str]] = OrderedDict()

    def wait_until_ready(self) -> None:
        """Blocks until speech can be decoded.

        Raises:
            EOFError: it never will; the process has said why on standard error.
        """
        self._awake.result()

    async def hear(self, samples: Samples) -> str:
        """What 16 kHz mono audio says; empty if nobody speaks."""
        key = hashlib.blake2b(samples.tobytes(), digest_size=16).digest()
        if key not in self._heard:
            self._heard[key] = self._thread.submit(self._decode, samples)
        self._heard.move_to_end(key)
        if len(self._heard) > _REMEMBERED:
            self._heard.popitem(last=False)
        return await asyncio.shield(asyncio.wrap_future(self._heard[key]))

    def close(self) -> None:
        """Ends the process, and whoever still waits for it."""
        self._process.kill()
        self._thread.shutdown(cancel_futures=True)
        self._process.join()
        self._process.close()
        self._pipe.close()

    def _decode(self, samples: Samples) -> str:
        self._pipe.send_bytes(samples.tobytes())
        return self._pipe.recv()


def _decode_all(pipe: "Connection[str | None, None]") -> None:
    """The process: announces that it is awake, then answers each recording with its text."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then closes the pipe
    decoder = SpeechDecoder()
    pipe.send(None)
    if not pipe.poll(_IDLE_SECS):
        decoder.warm_up()
    while True:
        try:
            recording = pipe.recv_bytes()
        except EOFError:
            return
        pipe.send(decoder.decode(np.frombuffer(recording, np.int16)))
