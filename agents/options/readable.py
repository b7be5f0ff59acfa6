"""Which types a TOML value can become, and how.

A number is no text and a text no number, as everywhere in settings. Text becomes a member of an
enum, a path or a secret where that is wanted; a list becomes a tuple or a set; a table becomes a
dataclass or a pydantic model. In a union, the members that no TOML value can become are left out.
"""

import collections.abc
import inspect
import types
import typing
from collections.abc import Callable
from dataclasses import is_dataclass
from datetime import date, datetime, time
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Union

from pydantic import AfterValidator, BaseModel, SecretBytes, SecretStr, ValidationError, WrapValidator
from pydantic_core import PydanticCustomError
from typing_extensions import is_typeddict

from .text import from_text, type_words

_AS_IT_IS = (str, int, float, bool, type(None), Any, date, datetime, time, SecretStr, SecretBytes)
_LISTS = (
    list,
    tuple,
    set,
    frozenset,
    collections.abc.Sequence,
    collections.abc.Iterable,
    collections.abc.Set,
)
_TABLES = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
_UNIONS = (Union, types.UnionType)


class NotReadable(Exception):
    """No TOML value can become this; the message says what it is."""


def readable(annotation: Any) -> Any:
    """What pydantic checks a TOML value against, so that it becomes what the annotation asks for.

    Raises:
        NotReadable: it is nothing that can be written in a settings file.
    """
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        return Annotated[readable(arguments[0]), *arguments[1:]]
    if origin in _UNIONS:
        return _union(annotation, arguments)
    if annotation in _AS_IT_IS or origin is typing.Literal:
        return annotation
    if annotation is object:
        return Any
    if (origin or annotation) in _LISTS:
        return _list(origin or annotation, arguments)
    if (origin or annotation) in _TABLES:
        return dict[str, readable(arguments[1])] if arguments else dict[str, Any]
    if isinstance(annotation, typing.NewType):
        return readable(annotation.__supertype__)
    if inspect.isclass(annotation) and not origin:
        return _class(annotation)
    raise NotReadable(type_words(annotation))


def _class(cls: type) -> Any:
    if issubclass(cls, Enum):
        return Annotated[cls, WrapValidator(partial(_member, cls))]
    if issubclass(cls, Path):
        return Annotated[str, AfterValidator(lambda text: cls(text))]
    if issubclass(cls, BaseModel) or is_dataclass(cls):
        from .nested import table_of

        return table_of(cls)
    if is_typeddict(cls) or hasattr(cls, "__get_pydantic_core_schema__"):
        return cls
    raise NotReadable(type_words(cls))


def _list(kind: Any, arguments: tuple[Any, ...]) -> Any:
    """A TOML list; of a tuple of several types each item is checked as any of them."""
    for item in arguments if kind is tuple else ():
        if item is not Ellipsis:
            readable(item)
    items = tuple(dict.fromkeys(item for item in arguments if item is not Ellipsis))
    listed = list[readable(items[0] if len(items) == 1 else Union[items] if items else Any)]  # noqa: UP007
    if kind in (tuple, set, frozenset):
        return Annotated[listed, AfterValidator(kind)]
    return listed


def _union(annotation: Any, members: tuple[Any, ...]) -> Any:
    can: list[Any] = []
    for member in members:
        try:
            can.append(readable(member))
        except NotReadable:
            continue
    values = [member for member in can if member is not type(None)]
    if not values:
        raise NotReadable(type_words(annotation))
    if len(values) > 1:
        values.sort(key=lambda member: member is str)
        words = type_words(Union[tuple(members)])  # noqa: UP007
        values = [Annotated[Union[tuple(values)], WrapValidator(partial(_any_of, words))]]  # noqa: UP007
    return Union[values[0], None] if type(None) in can else values[0]  # noqa: UP007


def _any_of(words: str, value: Any, check: Callable[[Any], Any]) -> Any:
    """One problem for the whole union, instead of one for each member."""
    try:
        return check(value)
    except ValidationError:
        raise PydanticCustomError("union", "must be {words}", {"words": words}) from None


def _member(cls: type[Enum], value: Any, check: Callable[[Any], Any]) -> Any:
    """A member by its value or its name."""
    return value if isinstance(value, cls) else from_text(cls, value)
