"""Which of the tools that it is offered the conversationalist calls, by the words it heard."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .answers import Conversation
from .tool_arguments import guess_arguments

_SUFFIX = re.compile(r"(?:ing|ings|ed|es|s|er)$")
_HANGS_UP = re.compile(r"\b(?:end|finish|terminate|leave) (?:the )?(?:call|conversation)\b|\bhang ?up\b")
_GOODBYE = re.compile(r"\b(?:goodbye|good bye|bye|good night|hang up|end the call)\b", re.IGNORECASE)
_SMALL = re.compile(
    r"(?:a|an|and|are|at|be|by|call|can|do|does|for|from|get|give|have|how|i|if|in|into|is|it|its|like|me|my|"
    r"of|on|one|or|please|say|set|that|the|their|there|they|this|to|today|use|user|want|was|we|what|when|"
    r"where|which|who|whether|will|with|would|you|your)"
)
_ENOUGH = 3
_OF_NAME, _OF_DESCRIPTION = 3, 1


@dataclass(frozen=True)
class Call:
    """One call of a tool."""

    name: str
    arguments: dict[str, Any]


def choose_calls(
    heard: str,
    conversation: Conversation,
    tools: Sequence[Mapping[str, Any]],
    choice: str | Mapping[str, Any] | None = None,
    *,
    parallel: bool = True,
) -> list[Call]:
    """The calls that answer what was heard; none where no tool is meant, or none may be called.

    `tools` are functions in OpenAI's words: `name`, `description`, `parameters`. `choice` is
    `tool_choice`: "auto", "none", "required", or the one function by its name. Two clauses that mean
    two tools make two calls.
    """
    if choice == "none" or not tools:
        return []
    if isinstance(choice, Mapping):
        named = choice.get("function", choice).get("name")
        return [_call(tool, heard, conversation) for tool in tools if tool["name"] == named]
    chosen = _by_clause(heard, tools) if parallel else {}
    if len(chosen) > 1:
        return [_call(tool, clause, conversation) for clause, tool in chosen.items()]
    best = _best(heard, tools) or (tools[0] if choice == "required" else None)
    return [_call(best, heard, conversation)] if best else []


def _by_clause(heard: str, tools: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The clauses that each mean a tool of their own."""
    chosen: dict[str, Mapping[str, Any]] = {}
    for clause in re.split(r"[,.;?!]| and ", heard):
        tool = _best(clause, tools)
        if tool and tool not in chosen.values():
            chosen[clause.strip()] = tool
    return chosen


def _call(tool: Mapping[str, Any], heard: str, conversation: Conversation) -> Call:
    return Call(tool["name"], guess_arguments(tool.get("parameters") or {}, heard, conversation))


def _best(heard: str, tools: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    scored = [(_score(heard, tool), tool) for tool in tools]
    score, best = max(scored, key=lambda pair: pair[0])
    return best if score >= _ENOUGH else None


def _score(heard: str, tool: Mapping[str, Any]) -> int:
    name, description = tool["name"].replace("_", " "), str(tool.get("description") or "")
    if _HANGS_UP.search(f"{name} {description}".lower()):
        return _ENOUGH * 10 if _GOODBYE.search(heard) else 0
    said, parameters = _stems(heard), (tool.get("parameters") or {}).get("properties", {})
    known = _stems(f"{description} {' '.join(parameters)}")
    return _OF_NAME * len(said & _stems(name)) + _OF_DESCRIPTION * len(said & known)


def _stems(text: str) -> set[str]:
    words = re.findall(r"[a-z]+", text.lower().replace("_", " "))
    return {_SUFFIX.sub("", word) if len(word) > 4 else word for word in words if not _SMALL.fullmatch(word)}
