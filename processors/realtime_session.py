"""One session with a realtime model: given the conversation so far, then heard and told."""

from ..agents.realtime.connection import MODEL_RATE_HZ, RealtimeConnection
from ..agents.realtime.session import Session
from .realtime_utterance import RealtimeUtterance


class RealtimeSession(Session):
    """An open connection that is set up to converse."""

    def __init__(self, connection: RealtimeConnection) -> None:
        super().__init__(connection)
        self.said: dict[str, RealtimeUtterance] = {}
        """What the user said in it, by the item; some of it is still to be written down."""
        self.heard_secs = 0.0
        """How much sound it was sent."""

    async def close(self) -> None:
        """Ends it; what it has not written down of the user's words is missed."""
        for utterance in self.said.values():
            utterance.miss()
        await super().close()

    async def append(self, audio: bytes) -> None:
        """Sends what the microphone heard, at the model's rate.

        Raises:
            StageFault: the connection is over (`cut_off`).
        """
        await super().append(audio)
        self.heard_secs += len(audio) / (2 * MODEL_RATE_HZ)
