"""How many tools are at work in a call."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Listener = Callable[[bool], None]


class RunningTools:
    """Owns the count; whoever waits for the agent is told, because a tool has its own limit of time."""

    def __init__(self) -> None:
        self._count = 0
        self._listeners: list[Listener] = []

    @property
    def any(self) -> bool:
        """Whether a tool is at work now."""
        return self._count > 0

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Counts a tool as long as it is at work."""
        self._change(1)
        try:
            yield
        finally:
            self._change(-1)

    def subscribe(self, listener: Listener) -> None:
        """Calls `listener(True)` when the first begins and `listener(False)` when the last has ended."""
        self._listeners.append(listener)

    def _change(self, by: int) -> None:
        before, self._count = self.any, self._count + by
        if before is not self.any:
            for listener in self._listeners:
                listener(self.any)
