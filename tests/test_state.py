"""The state of a call: which moves are legal, and who is told."""

import pytest
from turnwise.agents.state import CallState
from turnwise.agents.wire import AgentState

L, T, S, R = AgentState.LISTENING, AgentState.THINKING, AgentState.SPEAKING, AgentState.RECOVERING_ERROR
LEGAL = {(L, T), (L, S), (L, R), (T, L), (T, S), (T, R), (S, L), (S, R), (R, L)}
WAY_TO = {L: (), T: (T,), S: (S,), R: (R,)}


@pytest.mark.parametrize("start", list(AgentState))
@pytest.mark.parametrize("to", list(AgentState))
def test_only_legal_moves_are_made(start, to):
    state = CallState()
    for move in WAY_TO[start]:
        state.move(move)
    assert state.move(to) is ((start, to) in LEGAL)
    assert state.current is (to if (start, to) in LEGAL else start)


def test_every_change_is_told_once_and_in_order():
    state, seen = CallState(), []
    state.subscribe(seen.append)
    for move in (T, T, S, T, L):
        state.move(move)
    assert seen == [T, S, L]


def test_the_user_is_heard_only_while_listening():
    state = CallState()
    assert state.hears_user
    state.move(T)
    assert not state.hears_user


@pytest.mark.parametrize("state", list(AgentState))
def test_with_barge_in_the_user_is_heard_everywhere_but_in_a_recovery(state):
    call = CallState(barge_in=True)
    for move in WAY_TO[state]:
        call.move(move)
    assert call.hears_user is (state is not R)
