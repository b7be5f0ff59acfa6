"""One session with a realtime model: given the conversation so far, then heard and told."""

from ..agents.realtime.connection import MODEL_RATE_HZ, RealtimeConnection
from ..agents.realtime.session import Session
from ..agents.words import Words


class RealtimeSession(Session):
    """An open connection that is set up to converse."""

    def __init__(self, connection: RealtimeConnection) -> None:
        super().__init__(connection)
        self.words: dict[str, Words] = {}
        """What the user said in it, by the item; some of it is still to be written down."""
        self.interims: dict[str, str] = {}
        """What is written down of it so far."""
        self.heard_secs = 0.0
        """How much sound it was sent."""

    async def close(self) -> None:
        """Ends it; of what the user said there is as much as was written down."""
        for item_id in self.words:
            self.settle(item_id)
        await super().close()

    def settle(self, item_id: str) -> None:
        """No more is expected of an item's transcript."""
        self.words[item_id].know(self.interims.get(item_id, "").strip())

    async def append(self, audio: bytes) -> None:
        """Sends what the microphone heard, at the model's rate.

        Raises:
            StageFault: the connection is over (`cut_off`).
        """
        await super().append(audio)
        self.heard_secs += len(audio) / (2 * MODEL_RATE_HZ)
