"""Whose turn it is: the one state of a call and its legal moves."""

from collections.abc import Callable

from loguru import logger

from .wire import AgentState

_LEGAL_MOVES = {
    AgentState.LISTENING: {AgentState.THINKING, AgentState.SPEAKING, AgentState.RECOVERING_ERROR},
    AgentState.THINKING: {AgentState.LISTENING, AgentState.SPEAKING, AgentState.RECOVERING_ERROR},
    AgentState.SPEAKING: {AgentState.LISTENING, AgentState.RECOVERING_ERROR},
    AgentState.RECOVERING_ERROR: {AgentState.LISTENING},
}

Listener = Callable[[AgentState], None]


class CallState:
    """Owns the state; gate, broadcast, recovery and metrics read it and are told of every change.

    A move that isn't legal is refused: the end of speech that a recovery has just cut off, for
    one, must not open the gate.
    """

    def __init__(self, *, barge_in: bool = False) -> None:
        self._barge_in = barge_in
        self._current = AgentState.LISTENING
        self._listeners: list[Listener] = []

    @property
    def current(self) -> AgentState:
        """Where the call is now."""
        return self._current

    @property
    def hears_user(self) -> bool:
        """Whether the user's words reach anybody: in their own turn, with barge-in in the agent's too."""
        return self._current is AgentState.LISTENING or (self._barge_in and self.is_agents_turn)

    @property
    def is_agents_turn(self) -> bool:
        """Whether the agent thinks or speaks."""
        return self._current in (AgentState.THINKING, AgentState.SPEAKING)

    def move(self, to: AgentState) -> bool:
        """Goes to a state and tells the listeners; False where the move isn't legal or no change."""
        if to not in _LEGAL_MOVES[self._current]:
            return False
        logger.debug("{} -> {}", self._current.value, to.value)
        self._current = to
        for listener in self._listeners:
            listener(to)
        return True

    def subscribe(self, listener: Listener) -> None:
        """Calls `listener` with every state from now on, at once and in order."""
        self._listeners.append(listener)
