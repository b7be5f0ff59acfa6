"""Options that mean something only beside what else is set."""

from collections.abc import Iterator, Mapping
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

    def __str__(self) -> str:
        return f'with {self.option} = "{self.value}"'


@dataclass(frozen=True)
class OnlyWithout:
    """Marks an option that means something only while no stage of this name is in the line."""

    stage: str

    def __str__(self) -> str:
        return f"without {self.stage} in the line"


@dataclass(frozen=True)
class NotAbove:
    """Marks a number that means nothing above an option of another stage."""

    stage: str
    option: str

    def __str__(self) -> str:
        return f"up to {self.stage}.{self.option}"


Values = Mapping[str, Mapping[str, Any]]
"""Of each stage in the line, in its order, every option."""


def values_of(stage: StageSettings, parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    """Every option of a stage, as it is set or by default."""
    return {name: parameter.default for name, parameter in parameters.items()} | opened(stage.options)


def idle_options(stage: StageSettings, parameters: Mapping[str, Parameter], line: Values) -> Iterator[Idle]:
    """The options of a stage, unless at their defaults, that mean nothing in this line or beside others."""
    for name, value in opened(stage.options).items():
        for mark in getattr(parameters[name].annotation, "__metadata__", ()):
            if (why := _why(mark, stage.name, value, line)) and value != parameters[name].default:
                yield Idle(stage.name, (name, f"{name}{SUFFIX}"), *why)
                break


def _why(mark: Any, stage: str, value: Any, line: Values) -> tuple[KeyPath, str, str] | None:
    """The key that leaves an option without a meaning, what is wrong and what to do."""
    match mark:
        case OnlyWithout(other) if other in line:
            return ("pipeline",), f"means nothing with {other} in the line", "take one of the two out"
        case OnlyWith(other, wanted) if line[stage].get(other) != wanted:
            wrong = f'means something only with {other} = "{wanted}"'
            return (stage, other), wrong, "set that too, or take it out"
        case NotAbove(other, option) if _is_above(value, most := line.get(other, {}).get(option)):
            return (other, option), f"means nothing above {other}.{option} = {most}", "raise that too"
    return None


def _is_above(value: Any, most: Any) -> bool:
    return isinstance(value, int | float) and isinstance(most, int | float) and value > most
