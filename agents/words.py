"""What somebody said, which may be known only later."""

from collections.abc import Callable
from datetime import datetime


class Words:
    """The words of one turn; those of a user may still be on their way from whoever writes them down."""

    def __init__(self, text: str | None = None, began: datetime | None = None) -> None:
        """`began` is when the turn began, where whoever tells of it knows."""
        self.began = began
        self._text = text
        self._listeners: list[Callable[[], None]] = []

    @property
    def text(self) -> str | None:
        """What was said: None as long as it isn't known, empty if nothing was."""
        return self._text

    def know(self, text: str) -> None:
        """They are known from now on; the first to say so is believed."""
        if self._text is not None:
            return
        self._text = text
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener()

    def on_known(self, listener: Callable[[], None]) -> None:
        """Calls `listener` once they are known, at once if they are."""
        if self._text is not None:
            listener()
        else:
            self._listeners.append(listener)
