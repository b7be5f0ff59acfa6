"""When the user's turn begins, and when it cuts the agent's short."""

import asyncio

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    Frame,
    InterruptionFrame,
    VADUserStartedSpeakingFrame,
)
from pipecat.turns.empty_user_turn import EmptyUserTurnConfig
from pipecat.turns.types import ProcessFrameResult
from pipecat.turns.user_start import VADUserTurnStartStrategy

from ..agents.state import CallState

SPOKEN_OVER = EmptyUserTurnConfig(
    interrupted_prompt=(
        "Something was heard from the user that cut you short, but no words were understood. "
        "Go on from where you were cut short, or answer what the user said last."
    )
)
"""A cough must not leave a question unanswered: the model is asked again, once."""


class FreshTurn(VADUserTurnStartStrategy):
    """Starts a turn on speech, without the words of a recogniser that answered too late.

    With barge-in the agent gives way: whatever it thinks or says is given up with the first
    confirmed speech. A turn whose words are still on their way from the recogniser goes on.
    """

    def __init__(self, state: CallState) -> None:
        super().__init__(enable_interruptions=False)
        self._state = state
        self._is_open = False

    async def handle_user_turn_started(self) -> None:
        """Notes that words belong to this turn from now on."""
        self._is_open = True

    async def handle_user_turn_stopped(self) -> None:
        """Notes that whatever still comes belongs to nobody."""
        self._is_open = False

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        """Begins a turn with confirmed speech, and keeps the agent from speaking into it."""
        if isinstance(frame, VADUserStartedSpeakingFrame):
            await self._speech_began()
            return ProcessFrameResult.STOP
        if isinstance(frame, BotStartedSpeakingFrame) and self._is_open and self._state.hears_user:
            # A greeting, say, that was on its way when the user began to speak; with half duplex it goes on.
            await self.broadcast_frame(InterruptionFrame)
        return ProcessFrameResult.CONTINUE

    async def _speech_began(self) -> None:
        is_barge_in = self._state.is_agents_turn and self._state.hears_user
        if is_barge_in:
            # A question that was handed on just now has to reach the model's queue to be taken out of it.
            await asyncio.sleep(0)
        if not self._is_open:
            await self.trigger_reset_aggregation()
            await self.trigger_user_turn_started(enable_interruptions=is_barge_in)
        elif is_barge_in:
            await self.broadcast_frame(InterruptionFrame)
