"""What an answer of a realtime model has used up."""

from typing import Any

from pipecat.metrics.metrics import LLMTokenUsage


def tokens_of(usage: Any) -> LLMTokenUsage | None:
    """The tokens in the `usage` of a response; None where it tells of none."""
    if not isinstance(usage, dict):
        return None
    heard, said = usage.get("input_token_details") or {}, usage.get("output_token_details") or {}
    return LLMTokenUsage(
        prompt_tokens=usage.get("input_tokens") or 0,
        completion_tokens=usage.get("output_tokens") or 0,
        total_tokens=usage.get("total_tokens") or 0,
        cache_read_input_tokens=heard.get("cached_tokens"),
        input_audio_tokens=heard.get("audio_tokens"),
        output_audio_tokens=said.get("audio_tokens"),
    )
