"""A call without a transport, for testing one processor at a time."""

from pathlib import Path

from turnwise.agents.call_context import CallContext
from turnwise.agents.conversation import Conversation
from turnwise.agents.settings.model import AgentFields, AgentSettings, OpenAIAccess
from turnwise.agents.state import CallState
from turnwise.agents.store.sink import Chunk, Turn
from turnwise.agents.upstream import OpenAIUpstream
from turnwise.agents.wire import AgentState

THINKING = (AgentState.THINKING,)
SPEAKING = (AgentState.THINKING, AgentState.SPEAKING)
RECOVERING = (AgentState.RECOVERING_ERROR,)
LISTENING_AGAIN = (AgentState.THINKING, AgentState.SPEAKING, AgentState.LISTENING)


class KeptTurns:
    """A place for turns that remembers them."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []

    async def save(self, turn: Turn) -> Chunk:
        self.turns.append(turn)
        return Chunk("id", turn.meeting_id, len(self.turns), turn.speaker_type, turn.text, turn.started_at)


def a_call(
    *moves: AgentState, turns: KeptTurns | None = None, folder: Path | None = None, barge_in: bool = False
) -> CallContext:
    """A call that has already made these moves."""
    fields = AgentFields(prompt="You are a test.", pipeline="gate", barge_in=barge_in)
    call = CallContext(
        call_id="call",
        meeting_id="meeting",
        agent=AgentSettings("default", fields, (), folder or Path()),
        state=CallState(barge_in=barge_in),
        conversation=Conversation(fields.prompt),
        upstream=OpenAIUpstream(OpenAIAccess()),
        turns=turns or KeptTurns(),
    )
    for move in moves:
        assert call.state.move(move)
    return call


def states_of(call: CallContext) -> list[AgentState]:
    """Every state from now on."""
    seen: list[AgentState] = []
    call.state.subscribe(seen.append)
    return seen
