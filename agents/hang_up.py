"""Ending a call from within, without cutting anybody off."""

from collections.abc import Callable


class HangUp:
    """Asked for by a component or a tool; the call ends once the agent has said what it was saying."""

    def __init__(self) -> None:
        self.goodbye = ""
        self._is_requested = False
        self._listeners: list[Callable[[], None]] = []

    @property
    def is_requested(self) -> bool:
        """Whether the call is about to end."""
        return self._is_requested

    def request(self, goodbye: str = "") -> None:
        """Ends the call soon; the first request counts.

        Asked for by a tool, `goodbye` is said first, unless the model says something itself.
        """
        if self._is_requested:
            return
        self._is_requested = True
        self.goodbye = goodbye
        for listener in self._listeners:
            listener()

    def on_request(self, listener: Callable[[], None]) -> None:
        """Calls `listener` once the end is asked for."""
        self._listeners.append(listener)
