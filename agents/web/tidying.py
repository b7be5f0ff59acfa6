"""Memory: what a server holds for good, and what calls leave behind."""

import asyncio
import gc

AFTER_SECS = 1.0
"""How long after a call what it left is cleared away; calls that end meanwhile are cleared with it."""


class Tidying:
    """Clears away what ended calls leave: pipelines refer to themselves, so only the collector frees them.

    Left to its own time, it goes through the whole heap (0.2 s and more, heard in every call), and rarely:
    2 to 3 MB and the coder's threads of each call stay until then. Without what is there at the start, a
    round takes some milliseconds.
    """

    def __init__(self) -> None:
        self._due: asyncio.TimerHandle | None = None

    def set_apart(self) -> None:
        """What is there now is for good: no round goes through it."""
        gc.freeze()

    def soon(self) -> None:
        """A call is over."""
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(AFTER_SECS, self._tidy)

    def _tidy(self) -> None:
        self._due = None
        gc.collect()
