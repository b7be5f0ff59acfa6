"""Options that mean something only beside what else is set."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from inspect import Parameter
from typing import Any

from ..settings.component_check import Idle
from ..settings.model import StageSettings
from ..settings.pipeline import SUFFIX
from ..settings.problems import Path as KeyPath
from .hidden import opened


@dataclass(frozen=True)
class OnlyWith:
    """Marks, in its annotation, an option that means something only while another one has this value."""

    option: str
    value: str


@dataclass(frozen=True)
class OnlyWithout:
    """Marks an option that means something only while no stage of this name is in the line."""

    stage: str


def idle_options(
    stage: StageSettings, parameters: Mapping[str, Parameter], line: Collection[str]
) -> Iterator[Idle]:
    """The options of a stage, unless at their defaults, that mean nothing in this line or beside others."""
    told = opened(stage.options)
    values = {name: parameter.default for name, parameter in parameters.items()} | told
    for name in told:
        for mark in getattr(parameters[name].annotation, "__metadata__", ()):
            if (why := _why(mark, stage, values, line)) and told[name] != parameters[name].default:
                yield Idle(stage.name, (name, f"{name}{SUFFIX}"), *why)
                break


def _why(
    mark: Any, stage: StageSettings, values: Mapping[str, Any], line: Collection[str]
) -> tuple[KeyPath, str, str] | None:
    """The key that leaves an option without a meaning, what is wrong and what to do."""
    match mark:
        case OnlyWithout(other) if other in line:
            return ("pipeline",), f"means nothing with {other} in the line", "take one of the two out"
        case OnlyWith(other, value) if values.get(other) != value:
            wrong = f'means something only with {other} = "{value}"'
            return (stage.name, other), wrong, "set that too, or take it out"
    return None
