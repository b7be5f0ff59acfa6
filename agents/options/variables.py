"""`x_env = "VARIABLE"`: option x from the environment or from `.env.local`, for keys and secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from ..settings.problems import Path as KeyPath
from ..settings.values import model_in, unknown_key

SUFFIX = "_env"


@dataclass
class FromVariables:
    """A table with what its `x_env` name put in, and what is wrong with them."""

    values: dict[str, Any]
    named: dict[KeyPath, KeyPath] = field(default_factory=dict)
    """Which option came from which `x_env`, paths inside the table."""
    secrets: dict[str, list[str]] = field(default_factory=dict)
    """The values that came from variables, by the option at the top that holds them."""
    unset: set[KeyPath] = field(default_factory=set)
    problems: list[tuple[KeyPath, tuple[str, str]]] = field(default_factory=list)
    """Path inside the table, what is wrong, what to do."""


def from_variables(
    model: type[BaseModel], table: Mapping[str, Any], variables: Mapping[str, str]
) -> FromVariables:
    """Resolves every `x_env` of a table and of the tables in it, as far as the model knows them."""
    found = FromVariables({})
    found.values = _resolve(model, table, variables, found, ())
    return found


def _resolve(
    model: type[BaseModel],
    table: Mapping[str, Any],
    variables: Mapping[str, str],
    found: FromVariables,
    path: KeyPath,
) -> dict[str, Any]:
    values = dict(table)
    for key, value in table.items():
        option = model.model_fields.get(key)
        inner = model_in(option.annotation) if option else None
        if isinstance(value, Mapping) and inner:
            values[key] = _resolve(inner, value, variables, found, (*path, key))
        elif key.endswith(SUFFIX) and key not in model.model_fields:
            del values[key]
            if text := _looked_up(model, table, key, variables, found, path):
                option = key.removesuffix(SUFFIX)
                values[option] = text
                found.named[(*path, option)] = (*path, key)
                found.secrets.setdefault((*path, option)[0], []).append(text)
    return values


def _looked_up(
    model: type[BaseModel],
    table: Mapping[str, Any],
    key: str,
    variables: Mapping[str, str],
    found: FromVariables,
    path: KeyPath,
) -> str | None:
    option, name = key.removesuffix(SUFFIX), table[key]
    if option not in model.model_fields:
        known = [*model.model_fields, *(f"{field}{SUFFIX}" for field in model.model_fields)]
        found.problems.append(((*path, key), unknown_key(key, known)))
    elif option in table:
        found.problems.append(((*path, key), (f"and {option} are both given", "keep one of the two")))
    elif not isinstance(name, str) or not name:
        found.problems.append(((*path, key), ("must be the name of a variable", f'write {key} = "NAME"')))
    elif not variables.get(name):
        wrong = f"names the variable {name}, which is not set"
        found.problems.append(((*path, key), (wrong, "set it in .env.local or in the environment")))
    else:
        return variables[name]
    found.unset.add((*path, option))
    return None
