"""Which realtime sessions are open, for tests that want to know that none was left behind."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from .request_log import now


@dataclass(frozen=True)
class OpenSession:
    """One session, from the moment it is accepted until its connection is gone."""

    kind: Literal["realtime", "transcription"]
    call: str | None
    """The header `X-Turnwise-Call`."""
    understood_secs: Callable[[], float]
    """How much of what is being said has been understood ahead of its end."""
    wire: Literal["websocket", "webrtc"] = "websocket"
    time: str = field(default_factory=now)
    """When it was opened: ISO 8601, UTC."""


class OpenSessions:
    """Those that there are, oldest first."""

    def __init__(self) -> None:
        self._open: list[OpenSession] = []

    @contextmanager
    def held(self, session: OpenSession) -> Iterator[None]:
        """Counts it for as long as this lasts."""
        self._open.append(session)
        try:
            yield
        finally:
            self._open = [each for each in self._open if each is not session]

    def all(self) -> list[dict[str, Any]]:
        """Every one as clients see it."""
        return [{**asdict(each), "understood_secs": round(each.understood_secs(), 3)} for each in self._open]
