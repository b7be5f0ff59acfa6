"""Remembers what the agent said."""

from pipecat.processors.aggregators.llm_response_universal import LLMAssistantAggregator

from ..agents.call_context import CallContext


def memory(call: CallContext) -> LLMAssistantAggregator:
    """Writes the agent's turns to the conversation as far as they were spoken.

    It stands behind `out`, where text arrives together with the audio that was really sent.
    """
    return call.conversation.agent_side()
