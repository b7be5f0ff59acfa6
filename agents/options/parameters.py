"""What a callable can be told by name, and of which types."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, get_type_hints

VARIADIC = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)


def parameters(factory: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The named parameters of a factory, and of the bases that it passes `**kwargs` to."""
    if not inspect.isclass(factory):
        return dict(_named(factory, {}))
    found: dict[str, inspect.Parameter] = {}
    for cls in factory.__mro__:
        if "__init__" not in vars(cls):
            continue
        for name, parameter in _named(cls.__init__, vars(cls)):
            found.setdefault(name, parameter)
        kinds = {p.kind for p in inspect.signature(cls.__init__).parameters.values()}
        if inspect.Parameter.VAR_KEYWORD not in kinds:
            break
    return found


def documented(factory: Callable[..., Any]) -> Iterator[str]:
    """The docstrings that may describe the parameters of a factory, the nearest first."""
    if not inspect.isclass(factory):
        yield factory.__doc__ or ""
        return
    for cls in factory.__mro__:
        yield vars(cls).get("__doc__") or ""
        yield getattr(vars(cls).get("__init__"), "__doc__", None) or ""


def resolved(
    annotations: Mapping[str, Any], globalns: dict[str, Any], localns: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The annotations as types, each for itself: one that names what only a type checker sees is left out."""
    found: dict[str, Any] = {}
    for name, annotation in annotations.items():
        holder = SimpleNamespace(__annotations__={name: annotation})
        try:
            hints = get_type_hints(holder, globalns, dict(localns or {}), include_extras=True)
        except (NameError, AttributeError, TypeError):
            continue
        found |= hints
    return found


def _named(
    function: Callable[..., Any], namespace: Mapping[str, Any]
) -> Iterator[tuple[str, inspect.Parameter]]:
    """The parameters that can be given by name, with annotations that are types, `Any` at worst."""
    plain = inspect.unwrap(function)
    hints = resolved(getattr(plain, "__annotations__", {}), getattr(plain, "__globals__", {}), namespace)
    for name, parameter in inspect.signature(function).parameters.items():
        if name != "self" and parameter.kind not in VARIADIC:
            yield name, parameter.replace(annotation=hints.get(name, Any))
