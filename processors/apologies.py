"""How often the same fault is apologised for."""

from loguru import logger

REPEAT_SECS = (10.0, 30.0)
"""How long after the first apology, and after the second, one more is due."""


class Apologies:
    """Counts apologies between which nothing worked: nobody spoke, and no turn got under way.

    A stage that fails on every piece of audio fails fifty times a second. Its caller is told
    three times, and not for the rest of the call: one apology after another would be all that
    is ever heard, and would keep a call that nobody uses from being ended as idle.
    """

    def __init__(self) -> None:
        self._said_at_secs: list[float] = []
        self._is_quiet = False

    def start_afresh(self) -> None:
        """Something worked: what fails next is another fault."""
        self._said_at_secs.clear()
        self._is_quiet = False

    def is_due(self, now_secs: float) -> bool:
        """Whether a fault outside a turn is to be apologised for; if so, it is counted."""
        said = len(self._said_at_secs)
        if said > len(REPEAT_SECS):
            self._go_quiet()
            return False
        if said and now_secs - self._said_at_secs[-1] < REPEAT_SECS[said - 1]:
            return False
        self._said_at_secs.append(now_secs)
        return True

    def _go_quiet(self) -> None:
        if not self._is_quiet:
            self._is_quiet = True
            logger.error("a stage goes on failing; no more apologies until somebody speaks")
