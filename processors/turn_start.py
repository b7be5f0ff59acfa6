"""When the user's turn begins."""

from pipecat.frames.frames import Frame, VADUserStartedSpeakingFrame
from pipecat.turns.types import ProcessFrameResult
from pipecat.turns.user_start import VADUserTurnStartStrategy


class FreshTurn(VADUserTurnStartStrategy):
    """Starts a turn on speech, without the words of a recogniser that answered too late."""

    def __init__(self) -> None:
        super().__init__(enable_interruptions=False)
        self._is_open = False

    async def handle_user_turn_started(self) -> None:
        """Notes that words belong to this turn from now on."""
        self._is_open = True

    async def handle_user_turn_stopped(self) -> None:
        """Notes that whatever still comes belongs to nobody."""
        self._is_open = False

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        """Begins a turn with confirmed speech."""
        if isinstance(frame, VADUserStartedSpeakingFrame) and not self._is_open:
            await self.trigger_reset_aggregation()
        return await super().process_frame(frame)
