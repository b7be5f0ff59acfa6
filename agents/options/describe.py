"""What can be said about each option of a component: type, range, default, meaning."""

import re
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from enum import Enum
from inspect import Parameter, isclass
from typing import Annotated, Any

from docstring_parser import parse
from pipecat.utils.types import NotGiven
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from ..settings.values import model_in
from .nested import class_of
from .only_with import NotAbove, OnlyWith, OnlyWithout
from .parameters import documented
from .text import type_words

_BOUNDS = {
    "ge": "from {}",
    "gt": "above {}",
    "le": "to {}",
    "lt": "below {}",
    "min_length": "at least {} long",
}
_DEPRECATED = ".. deprecated"
_SENTENCE = re.compile(r"(?<!e\.g)(?<!i\.e)\. ")


@dataclass(frozen=True)
class Option:
    """One option, in words."""

    name: str
    type: str
    range: str
    default: str
    """As a settings file would say it; empty where it is unset unless given."""
    is_required: bool
    about: str
    is_deprecated: bool = False
    inside: tuple["Option", ...] = ()
    """The options of the table that it is."""


def described(
    factory: Callable[..., Any], parameters: Mapping[str, Parameter], model: type[BaseModel]
) -> list[Option]:
    """Every option of a component in words, those without a default first."""
    about = _about(documented(factory))
    found = [_parameter(parameters[name], field, about) for name, field in model.model_fields.items()]
    return sorted(found, key=lambda option: not option.is_required)


def _parameter(parameter: Parameter, field: FieldInfo, about: Mapping[str, str]) -> Option:
    is_required = parameter.default is Parameter.empty
    default = "" if is_required else _value(parameter.default)
    inner = model_in(field.annotation)
    is_untyped = parameter.annotation is Any and default
    told, is_deprecated = _told(_description(parameter.annotation) or about.get(parameter.name, ""))
    return Option(
        parameter.name,
        type_words(type(parameter.default) if is_untyped else parameter.annotation),
        _range(parameter.annotation),
        default,
        is_required,
        "; ".join(filter(None, (told, _only(parameter.annotation)))),
        is_deprecated,
        _inside(inner, ()) if inner else (),
    )


def _inside(model: type[BaseModel], outer: tuple[type, ...]) -> tuple[Option, ...]:
    """The options of a table; one that is inside itself is not followed."""
    cls = class_of(model)
    if cls is None or cls in outer:
        return ()
    about = _about(vars(base).get("__doc__") or "" for base in cls.__mro__)
    return tuple(_field(name, field, about, (*outer, cls)) for name, field in model.model_fields.items())


def _field(name: str, field: FieldInfo, about: Mapping[str, str], outer: tuple[type, ...]) -> Option:
    inner = model_in(field.annotation)
    annotation = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    told = _told(about.get(name, ""))
    inside = _inside(inner, outer) if inner else ()
    return Option(name, type_words(annotation), _range(annotation), "", field.is_required(), *told, inside)


def _about(docstrings: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for docstring in docstrings:
        for parameter in parse(docstring).params if docstring else ():
            found.setdefault(parameter.arg_name, parameter.description or "")
    return found


def _told(text: str) -> tuple[str, bool]:
    """The first sentence, and whether the rest deprecates what it tells of."""
    first = " ".join(text.partition(_DEPRECATED)[0].replace("``", "`").split())
    return _SENTENCE.split(first, maxsplit=1)[0].rstrip("."), _DEPRECATED in text


def _description(annotation: Any) -> str:
    fields = (mark for mark in _metadata(annotation) if isinstance(mark, FieldInfo))
    return next((field.description for field in fields if field.description), "")


def _only(annotation: Any) -> str:
    """Beside what it means something; empty where it always does."""
    marks = [
        str(mark) for mark in _metadata(annotation) if isinstance(mark, OnlyWith | OnlyWithout | NotAbove)
    ]
    return f"only {' and '.join(marks)}" if marks else ""


def _range(annotation: Any) -> str:
    bounds = [part for mark in _metadata(annotation) for part in getattr(mark, "metadata", None) or (mark,)]
    said = [
        words.format(getattr(bound, name))
        for bound in bounds
        for name, words in _BOUNDS.items()
        if getattr(bound, name, None) is not None
    ]
    return " ".join(said)


def _metadata(annotation: Any) -> Iterator[Any]:
    yield from getattr(annotation, "__metadata__", ())
    for part in typing.get_args(annotation):
        yield from _metadata(part)


def _value(value: Any) -> str:
    """A default as TOML would say it."""
    if value is None or isinstance(value, NotGiven | SecretStr) or isclass(value) or callable(value):
        return ""
    if isinstance(value, Enum):
        return _value(value.value if isinstance(value.value, str) else value.name.lower())
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, BaseModel) or is_dataclass(value):
        return ""
    return repr(value)
