"""When the user's turn is over: the two rules that a settings file can name."""

from typing import Annotated

from pipecat.processors.aggregators.llm_response_universal import LLMUserAggregatorParams
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pydantic import Field

from ..agents.call_context import CallContext
from .awaited_words import HeardItself
from .heard_turns import HeardTurns
from .option_types import SilenceSecs
from .silence_rule import FixedSilence, SilenceRule
from .smart_silence import Silences, SmartSilence
from .smart_turn import shared_smart_turn
from .turn_end import TurnEnd
from .turn_start import SPOKEN_OVER, FreshTurn

_NEVER_SECS = 86_400.0


def fixed_endpointing(
    call: CallContext,
    *,
    silence_secs: Annotated[
        SilenceSecs, Field(description="silence after the last voiced window that ends a turn")
    ] = 0.6,
) -> FrameProcessor:
    """Ends the user's turn after a fixed silence, never while speech may be starting again."""
    return _endpointing(call, FixedSilence(silence_secs))


def smart_endpointing(
    call: CallContext,
    *,
    sure_secs: Annotated[
        SilenceSecs, Field(description="silence that is enough after what sounds finished")
    ] = 0.45,
    unsure_secs: Annotated[
        SilenceSecs, Field(description="silence that it takes where more may follow")
    ] = 1.05,
) -> FrameProcessor:
    """Ends the user's turn after a silence that depends on how finished it sounds.

    Pipecat's Smart Turn v3 is asked once in each pause. It needs a `vad` of ours, which hands on
    what was heard; without one, every silence has to be the longest.
    """
    silences = Silences(sure_secs, unsure_secs)
    return _endpointing(call, SmartSilence(shared_smart_turn(), silences))


def _endpointing(call: CallContext, rule: SilenceRule) -> FrameProcessor:
    if call.agent.kind == "realtime":
        words = HeardItself()
        heard = UserTurnStrategies(start=[FreshTurn(call.state)], stop=[TurnEnd(rule, call.state, words)])
        return HeardTurns(user_turn_strategies=heard, user_turn_stop_timeout=_NEVER_SECS)
    strategies = UserTurnStrategies(start=[FreshTurn(call.state)], stop=[TurnEnd(rule, call.state)])
    params = LLMUserAggregatorParams(
        user_turn_strategies=strategies,
        user_turn_stop_timeout=_NEVER_SECS,
        empty_user_turn=SPOKEN_OVER,
    )
    return call.conversation.user_side(params)
