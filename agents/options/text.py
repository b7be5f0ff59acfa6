"""Types and values in the words of a settings file."""

import collections.abc
import difflib
import inspect
import types
import typing
from dataclasses import is_dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Union

from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticCustomError

_WORDS: dict[Any, str] = {
    str: "text",
    SecretStr: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    list: "list",
    tuple: "list",
    set: "list",
    frozenset: "list",
    collections.abc.Sequence: "list",
    collections.abc.Iterable: "list",
    dict: "table",
    collections.abc.Mapping: "table",
    collections.abc.Callable: "function",
    type: "class",
    Any: "any value",
}
_MOST_SHOWN = 12


def type_words(annotation: Any) -> str:
    """A type as it is written in a settings file: `whole number or text`, `list of text`."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        return type_words(arguments[0])
    if origin in (Union, types.UnionType):
        return _one_of(arguments)
    if origin is typing.Literal:
        return joined([repr(value) for value in arguments])
    if origin in (list, tuple, set, frozenset, collections.abc.Sequence):
        items = [type_words(item) for item in arguments if item is not Ellipsis]
        return f"list of {joined(list(dict.fromkeys(items)))}"
    if words := _WORDS.get(origin or annotation):
        return words
    return _class_words(annotation)


def joined(words: list[str]) -> str:
    """`a, b or c`."""
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1] if words else ""]))


def from_text(cls: type[Enum], value: Any) -> Enum:
    """The member that a value or a name stands for.

    Raises:
        PydanticCustomError: there is none; the message names those that there are, or the closest.
    """
    for member in cls:
        if type(value) is type(member.value) and value == member.value:
            return member
    if isinstance(value, str):
        for member in cls:
            if value.lower() in (str(member.value).lower(), member.name.lower()):
                return member
    raise PydanticCustomError("enum_text", "must be {words}", {"words": _members(cls, value)})


def _members(cls: type[Enum], value: Any) -> str:
    values = _values(cls)
    if len(values) > _MOST_SHOWN:
        values = difflib.get_close_matches(str(value), values, n=3, cutoff=0.3) or values[:3]
        return f"a {cls.__name__} such as {joined([repr(value) for value in values])}"
    return joined([repr(value) for value in values])


def _values(cls: type[Enum]) -> list[str]:
    """What stands for the members: their values where these are text, else their names."""
    is_text = all(isinstance(member.value, str) for member in cls)
    return [member.value if is_text else member.name.lower() for member in cls]


def _one_of(members: tuple[Any, ...]) -> str:
    """A union without what a settings file cannot say: nothing, and "not given"."""
    told = [m for m in members if m is not type(None) and getattr(m, "__name__", "") != "NotGiven"]
    return joined(list(dict.fromkeys(type_words(member) for member in told)))


def _class_words(annotation: Any) -> str:
    if not inspect.isclass(annotation):
        return str(annotation).replace("typing.", "")
    if issubclass(annotation, Enum):
        values = _values(annotation)
        return joined([repr(v) for v in values]) if len(values) <= _MOST_SHOWN else annotation.__name__
    if issubclass(annotation, Path):
        return "path"
    if issubclass(annotation, BaseModel) or is_dataclass(annotation):
        return "table"
    return annotation.__qualname__
