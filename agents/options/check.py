"""Checks a stage's table against what its component can be told."""

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any

from pydantic import BaseModel

from ..settings.agent_tables import AgentReader
from ..settings.problems import Path as KeyPath
from ..settings.problems import Problem
from ..settings.values import check_values, is_secret
from .hidden import Hidden
from .variables import FromVariables


def check_options(
    model: type[BaseModel], table: Mapping[str, Any], path: KeyPath, reader: AgentReader
) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The options that a table gives, made into what the component takes, or what is wrong with them.

    An option that comes from a variable of its own is `Hidden`, and its value is in no problem.
    """
    found = FromVariables(model, table, reader.layers.variables)
    named = {(*path, *option): (*path, *key) for option, key in found.named.items()}
    options, problems = check_values(
        model,
        found.values,
        path,
        lambda key: reader.place(named.get(key, key)),
        lambda key: key in named or reader.is_variable(key),
        named,
    )
    problems = [problem for problem in problems if not _is_explained(problem, path, found)]
    for key, (wrong, remedy) in found.problems:
        whole = (*path, *key)
        problems.append(Problem(".".join(whole), wrong, remedy, reader.place(whole)))
    if options is None or problems:
        return None, problems
    given = {name: getattr(options, name) for name in options.model_fields_set}
    return {name: _hidden(name, value, found) for name, value in given.items()}, []


def _is_explained(problem: Problem, path: KeyPath, found: FromVariables) -> bool:
    """Whether an option is missing only because its variable is: that has been said."""
    return problem.key in {".".join((*path, *option)) for option in found.unset}


def _hidden(name: str, value: Any, found: FromVariables) -> Any:
    secrets = [*found.secrets.get(name, []), *_named_so(name, value)]
    return Hidden(value, tuple(secrets)) if secrets else value


def _named_so(name: str, value: Any) -> Iterator[str]:
    """The texts that are secrets by their name, in tables inside of an option too."""
    inside = value.items() if isinstance(value, Mapping) else vars(value).items() if is_table(value) else ()
    for key, inner in inside:
        yield from _named_so(str(key), inner)
    if is_secret(name) and isinstance(value, str) and value:
        yield value


def is_table(value: Any) -> bool:
    """Whether an option is made of options."""
    return isinstance(value, BaseModel) or (is_dataclass(value) and not isinstance(value, type))
