"""The drawn line, `gate -> vad -> stt -> llm -> tts`, and what stands in it without being named."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

IN, OUT = "in", "out"
TOOL_CALLS = "tool_calls"
ENDPOINTING = "endpointing"
REALTIME = "realtime"
"""The stage of a model that hears and speaks itself."""
SUFFIX = "_env"
"""`x_env = "VARIABLE"`: option x from the environment or from `.env.local`."""
LEFT_OUT = "none"
"""`use = "none"` takes a stage out that would be implied."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Implied:
    """A stage that stands in every line unless it is named elsewhere in it or left out."""

    name: str
    use: str
    can_be_left_out: bool = True


_NEEDS = (
    ("stt", "vad", "nothing tells it when somebody speaks"),
    ("llm", "stt", "it is told no words"),
    ("tts", "llm", "it is given nothing to say"),
)
_REALTIME_NEEDS = (
    (ENDPOINTING, "vad", "nothing tells it when somebody speaks"),
    ("tts", REALTIME, "it is given nothing to say"),
)
_FIRST = (Implied("recovery", "recovery"),)
_BEFORE_LLM = (Implied(ENDPOINTING, "fixed"),)
_AFTER_LLM = (Implied(TOOL_CALLS, "tool_calls"),)
_BEFORE_OUT = (Implied("timing", "timing"),)
_LAST = (
    Implied("turn", "turn", can_be_left_out=False),
    Implied("state", "state"),
    Implied("metrics", "metrics"),
    Implied("memory", "memory"),
    Implied("transcript", "transcript"),
)
IMPLIED = {stage.name: stage for stage in (*_FIRST, *_BEFORE_LLM, *_AFTER_LLM, *_BEFORE_OUT, *_LAST)}


def use_of(stage: str, table: Mapping[str, Any]) -> Any:
    """The component that a stage's table names, or that the stage means without a word."""
    implied = IMPLIED.get(stage)
    return table.get("use", implied.use if implied else stage)


def drop_replaced(agent: dict[str, Any], on_top: Mapping[str, Any]) -> None:
    """Takes out of an agent's stages what a layer on top gives in another way.

    Where that names another component, the old one's options would mean nothing to it; and an option is
    given by itself or from a variable, `x_env`, the last time.
    """
    for stage, table in on_top.items():
        below = agent.get(stage)
        if not isinstance(table, Mapping) or not isinstance(below, dict):
            continue
        if table.get("use", use_of(stage, below)) != use_of(stage, below):
            below.clear()
        _drop_other_ways(below, table)


def other_way(key: str) -> str:
    """How else the option could be given: x as `x_env`, and the other way round."""
    return key.removesuffix(SUFFIX) if key.endswith(SUFFIX) else f"{key}{SUFFIX}"


def _drop_other_ways(table: dict[str, Any], on_top: Mapping[str, Any]) -> None:
    for key, value in on_top.items():
        table.pop(other_way(key), None)
        below = table.get(key)
        if isinstance(value, Mapping) and isinstance(below, dict):
            _drop_other_ways(below, value)


def parse_line(line: str) -> tuple[list[str], str]:
    """The names of a drawn line, and what is wrong with it, if anything."""
    names = [name.strip() for name in line.split("->")]
    for name in names:
        if not _NAME.fullmatch(name):
            return names, f"must be names joined by ->, and {name!r} is no name"
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        return names, f"names {doubled[0]} twice"
    if IN in names:
        return names, "names `in`, which is always there, at the head"
    return names, ""


def whole_line(named: list[str], has_tools: bool = False) -> list[str]:
    """The line from `in` to its end, with everything that is implied.

    Recovery stands at the head, because errors travel upstream; endpointing in front of the model, and
    what runs its tools, if it has any, behind it; what measures the agent's voice in front of `out`,
    and what follows it as it is really sent behind. A `realtime` model detects turns itself, unless a
    `vad` before it says that endpointing of ours is to do it.
    """
    line = list(named)
    if OUT not in line:
        line.append(OUT)
    model = next((stage for stage in ("llm", REALTIME) if stage in line), None)
    if model:
        if model != REALTIME or "vad" in line[: line.index(REALTIME)]:
            _insert(line, line.index(model), _BEFORE_LLM, named)
        if has_tools:
            _insert(line, line.index(model) + 1, _AFTER_LLM, named)
    _insert(line, line.index(OUT), _BEFORE_OUT, named)
    _insert(line, 0, _FIRST, named)
    _insert(line, len(line), _LAST, named)
    return [IN, *line]


def doubts(line: list[str], realtime_speaks: bool = False) -> Iterator[tuple[str, str]]:
    """What a line of the usual names lacks to hold a conversation, and what to do about it.

    Only doubts: a component of one's own may do two jobs in one. `realtime_speaks` says whether the
    `realtime` stage has a voice of its own.
    """
    needs = _REALTIME_NEEDS if REALTIME in line else _NEEDS
    for stage, wanted, why in needs:
        if stage in line and wanted not in line[: line.index(stage)]:
            yield f"has {stage} without {wanted} before it: {why}", f"put {wanted} before {stage}"
    if REALTIME not in line:
        return
    for stage in ("stt", "llm"):
        if stage in line:
            yield f"has {stage} beside {REALTIME}, which does its work", f"take {stage} out"
    if realtime_speaks and "tts" in line:
        yield f"has tts beside a {REALTIME} that speaks itself", 'take tts out, or set output = "text" there'
    if "vad" in line[line.index(REALTIME) :]:
        yield f"has vad behind {REALTIME}, where nobody speaks", f"put vad before {REALTIME}, or take it out"


def _insert(line: list[str], at: int, stages: tuple[Implied, ...], named: list[str]) -> None:
    line[at:at] = [stage.name for stage in stages if stage.name not in named]
