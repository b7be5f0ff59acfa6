"""What is said while the agent thinks, and is no part of its answer."""

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    InterruptionFrame,
    TTSStartedFrame,
)

from ..agents.frames import APOLOGY_CONTEXT
from ..agents.state import CallState
from ..agents.wire import AgentState


class Asides:
    """Tells the beginning and end of an aside from those of an answer.

    "One moment, please." is heard while the model waits for a tool: the agent goes on thinking, the
    gate stays shut, and the answer, which may follow without a pause, has a beginning of its own.
    """

    def __init__(self, state: CallState) -> None:
        self._state = state
        self._is_said = False

    def cover(self, frame: Frame, is_answering: bool) -> bool:
        """Whether a frame tells of an aside; `is_answering`: an answer is due and not complete."""
        match frame:
            case TTSStartedFrame():
                is_apart = not frame.append_to_context and frame.context_id != APOLOGY_CONTEXT
                self._is_said = is_apart and is_answering and self._state.current is AgentState.THINKING
            case InterruptionFrame():
                self._is_said = False
            case BotStartedSpeakingFrame() | BotStoppedSpeakingFrame():
                return self._is_said
        return False
