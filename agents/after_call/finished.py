"""The meeting that is handed on after its end, and the interface of whoever takes it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import NAMESPACE_URL, uuid5

from ..store.sink import Chunk

EndedBy = Literal[
    "hung_up", "lost", "abandoned", "idle", "limit", "drained", "ended", "too_slow", "rate"
]  # fmt: skip
"""The client closed; its connection was lost and did not come back; the server's process died; else
the reason that the client was told."""


@dataclass(frozen=True)
class FinishedMeeting:
    """A meeting that is over, with all that was said in it."""

    id: str
    agent: str
    """The agent of its last call, by its name in settings."""
    user: str
    """Who called last: the token's `sub`."""
    started_at: datetime
    """When its first call began, UTC."""
    ended_at: datetime
    """When it was over, UTC; of a server that died, when the next one found out."""
    ended_by: EndedBy
    chunks: tuple[Chunk, ...]
    """The transcript in order, as the database has it."""

    @property
    def delivery_id(self) -> str:
        """The same however often, and by whichever process, this meeting is handed on."""
        return f"msg_{uuid5(NAMESPACE_URL, f'turnwise:meeting:{self.id}').hex}"


class AfterCall(Protocol):
    """Gets every finished meeting; a settings file names it in `[after_call]`, as `module:Class`.

    It may also have `async def aclose()`, which is called when it is no longer needed.
    """

    async def deliver(self, meeting: FinishedMeeting) -> None:
        """Return once the meeting has been taken; whatever is raised makes it come again later.

        At least once: it may come again although it was taken, with the same `delivery_id`.

        Raises:
            DeliveryRefused: it must not come again.
            DeliveryFailed: it may, with a word on why and when.
        """
        ...


class DeliveryRefused(Exception):
    """Nobody will ever take this meeting; the sentence is for the log and quotes nothing of it."""


class DeliveryFailed(Exception):
    """The meeting was not taken this time; the sentence is for the log and quotes nothing of it."""

    def __init__(self, sentence: str, retry_after_secs: float = 0.0) -> None:
        super().__init__(sentence)
        self.retry_after_secs = retry_after_secs
        """Not before so long."""
