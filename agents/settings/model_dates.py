"""Models in the settings that are shut down, or are going to be."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from ..retiring_models import Retirement, retirement_of
from .layers import SHIPPED_SETTINGS
from .model import StageSettings
from .problems import Path as KeyPath
from .problems import Problem
from .values import Place

_PIPECATS, _OPENAIS = "pipecat.services.", "pipecat.services.openai."


@dataclass(frozen=True)
class Ending:
    """A stage whose model comes to its end."""

    problem: Problem
    is_calm: bool
    """Whether it is the shipped choice and still there: worth knowing, and nobody's mistake."""


def endings(
    agent: str,
    stages: Mapping[str, StageSettings],
    tables: Mapping[str, Any],
    used: Mapping[str, str],
    place: Place,
) -> Iterator[Ending]:
    """The models that an agent's stages name, or use where they name none, as far as they end.

    `tables` are the stages' tables as they were written, `used` the models of what was built of them.
    """
    for name, stage in stages.items():
        table = tables.get(name, {})
        if not _asks_openai(stage.use, table):
            continue
        path = ("agents", agent, name)
        named = dict(_names(table, path))
        for key, model in named.items():
            yield from _ending(key, f"is {model}", model, place)
        if (model := used.get(name)) and model not in named.values():
            yield from _ending(path, f"uses {model}, for want of a model that is set", model, place)


def told_once(endings: Iterable[Ending], *, calm: bool) -> list[str]:
    """The calm ones or the others; what an agent inherited is said of the agent that it comes from."""
    told: dict[tuple[str, str], str] = {}
    for problem in (ending.problem for ending in endings if ending.is_calm is calm):
        told.setdefault((problem.place, problem.wrong), str(problem))
    return list(told.values())


def _ending(key: KeyPath, what: str, model: str, place: Place) -> Iterator[Ending]:
    if end := retirement_of(model):
        problem = Problem(".".join(key), f"{what}, {end.sentence(_today())}", end.instead, place(key))
        yield Ending(problem, _is_calm(end))


def _is_calm(end: Retirement) -> bool:
    return end.on > _today() and end.model in _shipped()


def _asks_openai(use: str, table: Mapping[str, Any]) -> bool:
    """Another vendor has dates of its own for what it offers under the same names."""
    return "base_url" not in table and (not use.startswith(_PIPECATS) or use.startswith(_OPENAIS))


def _names(table: Mapping[str, Any], path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _names(value, (*path, key))
        elif isinstance(value, str) and (key == "model" or key.endswith("_model")):
            yield (*path, key), value


@cache
def _shipped() -> frozenset[str]:
    values = tomllib.loads(SHIPPED_SETTINGS.read_text(encoding="utf-8"))
    return frozenset(model for _, model in _names(values, ()))


def _today() -> date:
    return date.today()
