"""Checks raw values against a pydantic model and says what is wrong in our own words."""

import difflib
import tomllib
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from .problems import Path as KeyPath
from .problems import Problem

Model = TypeVar("Model", bound=BaseModel)
Place = Callable[[KeyPath], str]
IsVariable = Callable[[KeyPath], bool]

_WANTED = {
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "finite_number": "must be a finite number",
}


def check_values(
    model: type[Model],
    raw: Mapping[str, Any],
    path: KeyPath,
    place: Place,
    is_variable: IsVariable,
    named: Mapping[KeyPath, KeyPath] | None = None,
) -> tuple[Model | None, list[Problem]]:
    """The model made of `raw`, or what is wrong with it, each problem with its place.

    Values that come from variables are text: where the model wants something else they are read
    as a TOML value. `named` are those that go by another key, which names a variable; what such a
    variable holds is in no problem.
    """
    values = deepcopy(dict(raw))
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        texts = [e["loc"] for e in error.errors() if is_variable(path + _key(e["loc"]))]
    for loc in texts:
        _read_as_toml(values, loc)
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        return None, [_problem(model, e, path, place, named or {}) for e in error.errors()]


def unknown_key(key: str, known: list[str]) -> tuple[str, str]:
    """What is wrong with a key nobody knows, and which one was probably meant."""
    close = difflib.get_close_matches(key, known, n=1)
    remedy = f"did you mean {close[0]}?" if close else f"known are {', '.join(sorted(known)) or 'none'}"
    return "is not a known key", remedy


def is_secret(key: str) -> bool:
    """Whether a key's value must never be shown, by its name."""
    return key.endswith(("secret", "api_key", "token", "password", "credential")) or key == "url"


def _problem(
    model: type[BaseModel], error: Any, path: KeyPath, place: Place, named: Mapping[KeyPath, KeyPath]
) -> Problem:
    where = path + _key(error["loc"])
    variable = next((key for key in named if key == where[: len(key)]), None)
    wrong, remedy = _words(model, error, is_private=variable is not None)
    if variable:
        return Problem(".".join(named[variable]), f"names a value that {wrong}", remedy, place(variable))
    return Problem(".".join(where), wrong, remedy, place(where))


def _words(model: type[BaseModel], error: Any, *, is_private: bool) -> tuple[str, str]:
    kind, given = error["type"], error["input"]
    if kind == "extra_forbidden":
        return unknown_key(str(error["loc"][-1]), _known(model, error["loc"]))
    if kind == "missing":
        return "is missing", "set it"
    if is_private and kind not in _WANTED:
        return "is not accepted", "change it"
    if kind == "value_error":
        return str(error["ctx"]["error"]), "change it"
    if kind == "string_too_short" and not given:
        return "must not be empty", "change it"
    wanted = _WANTED.get(kind) or error["msg"].replace("Input should be", "must be")
    is_private = is_private or isinstance(given, dict | list) or is_secret(str(error["loc"][-1]))
    shown = "" if is_private else f", not {given!r}"
    return f"{wanted}{shown}", "change it"


def _known(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The keys of the table in which an unknown one stands."""
    inner: type[BaseModel] | None = model
    for part in loc[:-1]:
        if inner and isinstance(part, str):
            inner = model_in(inner.model_fields[part].annotation) if part in inner.model_fields else None
    return list(inner.model_fields) if inner else []


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model of the table that an annotation asks for, if it asks for one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(model_in, get_args(annotation))), None)


def _key(loc: tuple[int | str, ...]) -> KeyPath:
    return tuple(str(part) for part in loc)


def _read_as_toml(values: dict[str, Any], loc: tuple[int | str, ...]) -> None:
    table: Any = values
    for part in loc[:-1]:
        table = table[part]
    text = table.get(loc[-1]) if isinstance(table, dict) else None
    if isinstance(text, str):
        try:
            table[loc[-1]] = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            return
