"""`x_env = "VARIABLE"`: option x from the environment or from `.env.local`, for keys and secrets."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from ..settings.pipeline import SUFFIX
from ..settings.problems import Path as KeyPath
from ..settings.values import model_in, unknown_key


class FromVariables:
    """A table with what its `x_env` name put in, and what is wrong with them.

    Tables in the table are looked into as far as the model knows them. Paths are inside the table.
    """

    def __init__(
        self, model: type[BaseModel], table: Mapping[str, Any], variables: Mapping[str, str]
    ) -> None:
        self._variables = variables
        self.named: dict[KeyPath, KeyPath] = {}
        """Which option came from which `x_env`."""
        self.secrets: dict[str, list[str]] = {}
        """The values that came from variables, by the option at the top that holds them."""
        self.unset: set[KeyPath] = set()
        """Options whose `x_env` gives nothing."""
        self.problems: list[tuple[KeyPath, tuple[str, str]]] = []
        """Of each `x_env`, what is wrong and what to do."""
        self.values = self._resolved(model, table, ())

    def _resolved(self, model: type[BaseModel], table: Mapping[str, Any], path: KeyPath) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, value in table.items():
            field = model.model_fields.get(key)
            inner = model_in(field.annotation) if field else None
            if inner and isinstance(value, Mapping):
                values[key] = self._resolved(inner, value, (*path, key))
            elif field or not key.endswith(SUFFIX):
                values[key] = value
            elif why := self._wrong(model, table, key):
                self.problems.append(((*path, key), why))
                self.unset.add((*path, key.removesuffix(SUFFIX)))
            else:
                option = key.removesuffix(SUFFIX)
                values[option] = self._note((*path, option), (*path, key), self._variables[value])
        return values

    def _note(self, option: KeyPath, key: KeyPath, text: str) -> str:
        self.named[option] = key
        self.secrets.setdefault(option[0], []).append(text)
        return text

    def _wrong(self, model: type[BaseModel], table: Mapping[str, Any], key: str) -> tuple[str, str] | None:
        """What is wrong with an `x_env`, and what to do."""
        option, name = key.removesuffix(SUFFIX), table[key]
        if option not in model.model_fields:
            known = [*model.model_fields, *(f"{field}{SUFFIX}" for field in model.model_fields)]
            return unknown_key(key, known)
        if option in table:
            return f"and {option} are both given", "keep one of the two"
        if not isinstance(name, str) or not name:
            return "must be the name of a variable", f'write {key} = "NAME"'
        if not self._variables.get(name):
            wrong = f"names the variable {name}, which is not set"
            return wrong, "set it in .env.local or in the environment"
        return None
