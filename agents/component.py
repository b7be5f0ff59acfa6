"""The extension surface: what a settings file can name, and how it becomes part of a call.

A component is any callable that returns a Pipecat `FrameProcessor`: a class, or a function where
something has to be put together first. Its named parameters, and those of its bases as far as
`**kwargs` passes them on, are its options. Two parameters are no options but handed in by their
annotation: `CallContext` (the call it is built for) and `OpenAIUpstream` (the way to OpenAI).

It is named by a short name, an entry point of the group `turnwise.components` called
`<stage>.<name>` or `<name>`, or as `module:attribute`, installed or beside the settings file.
"""

import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, get_type_hints

from pipecat.processors.frame_processor import FrameProcessor
from pydantic import BaseModel, ConfigDict, create_model

from .call_context import CallContext
from .upstream import OpenAIUpstream

GROUP = "turnwise.components"
_HANDED_IN = (CallContext, OpenAIUpstream)


class ComponentError(Exception):
    """A component that cannot be found or built: what is wrong, and what to do about it."""

    def __init__(self, wrong: str, remedy: str) -> None:
        super().__init__(f"{wrong}; {remedy}")
        self.wrong = wrong
        self.remedy = remedy


@dataclass(frozen=True)
class Component:
    """A callable that builds a processor, and what it can be told."""

    name: str
    factory: Callable[..., Any]

    @cached_property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """The named parameters of the factory and of the bases that it passes `**kwargs` to."""
        return _parameters(self.factory)

    @cached_property
    def options(self) -> type[BaseModel]:
        """A model of the options: their types, ranges, defaults and descriptions."""
        fields: dict[str, Any] = {
            name: (parameter.annotation, ... if parameter.default is parameter.empty else parameter.default)
            for name, parameter in self.parameters.items()
            if parameter.annotation not in _HANDED_IN
        }
        config = ConfigDict(
            extra="forbid",
            strict=True,
            allow_inf_nan=False,
            arbitrary_types_allowed=True,
            protected_namespaces=(),
        )
        return create_model(f"{self.name} options", __config__=config, **fields)

    @property
    def wants_openai(self) -> bool:
        """Whether it calls OpenAI, or the sandbox in its place."""
        return any(p.annotation is OpenAIUpstream for p in self.parameters.values())

    def build(self, options: Mapping[str, Any], call: CallContext) -> FrameProcessor:
        """The processor for one call.

        Raises:
            ComponentError: it raised, or what it returned is no processor.
        """
        handed_in = {
            name: call if parameter.annotation is CallContext else call.upstream
            for name, parameter in self.parameters.items()
            if parameter.annotation in _HANDED_IN
        }
        try:
            built = self.factory(**handed_in, **options)
        except Exception as error:
            wrong = f"{self.name} raises {type(error).__name__} when built ({error})"
            raise ComponentError(wrong, "change its options or mend it") from error
        if not isinstance(built, FrameProcessor):
            raise ComponentError(f"{self.name} is no Pipecat FrameProcessor", "name a class that is")
        return built


def find_component(stage: str, use: str, folder: Path) -> Component:
    """The component that `use` means for a stage of this name.

    Raises:
        ComponentError: nothing is called that, it cannot be imported, or it is no processor.
    """
    factory = load_object(stage, use, folder)
    if inspect.isclass(factory) and not issubclass(factory, FrameProcessor):
        raise ComponentError(f"{use} is no Pipecat FrameProcessor", "name a class that is")
    if not callable(factory):
        raise ComponentError(f"{use} is neither a class nor a function", "name one that is")
    return Component(use, factory)


def load_object(stage: str, use: str, folder: Path) -> Any:
    """What a short name or `module:attribute` stands for.

    Raises:
        ComponentError: nothing is called that, or importing it fails.
    """
    if ":" in use:
        return _import(use, folder)
    found = short_names()
    entry = found.get(f"{stage}.{use}") or found.get(use)
    if entry is None:
        known = sorted(name.removeprefix(f"{stage}.") for name in found if name.startswith(f"{stage}."))
        listed = f"short names for {stage} are {', '.join(known)}" if known else "name a module:Class"
        raise ComponentError(f"no component is called {use!r}", listed)
    return _import(entry.value, folder)


@cache
def short_names() -> dict[str, EntryPoint]:
    """Every installed component that has a short name."""
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _import(path: str, folder: Path) -> Any:
    """The attribute of a module; the settings file's folder comes last, so that it shadows nothing."""
    module_name, _, attribute = path.partition(":")
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    try:
        found = importlib.import_module(module_name)
        for part in attribute.split("."):
            found = getattr(found, part)
    except ModuleNotFoundError as error:
        wrong = f"{path} cannot be imported (no module {error.name})"
        raise ComponentError(wrong, f"install it or put it in {folder}") from error
    except AttributeError as error:
        raise ComponentError(f"{path} cannot be imported ({error})", "check the spelling") from error
    except Exception as error:
        wrong = f"{path} cannot be imported ({type(error).__name__}: {error})"
        raise ComponentError(wrong, "mend the module") from error
    return found


def _parameters(factory: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    if not inspect.isclass(factory):
        return dict(_named(factory))
    found: dict[str, inspect.Parameter] = {}
    for cls in factory.__mro__:
        if "__init__" not in vars(cls):
            continue
        for name, parameter in _named(cls.__init__):
            found.setdefault(name, parameter)
        kinds = {p.kind for p in inspect.signature(cls.__init__).parameters.values()}
        if inspect.Parameter.VAR_KEYWORD not in kinds:
            break
    return found


def _named(function: Callable[..., Any]) -> list[tuple[str, inspect.Parameter]]:
    """The parameters that can be given by name, with annotations that are types, `Any` at worst."""
    variadic = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    hints = _hints(function)
    return [
        (name, parameter.replace(annotation=hints.get(name, Any)))
        for name, parameter in inspect.signature(function).parameters.items()
        if name != "self" and parameter.kind not in variadic
    ]


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except NameError:
        return {}
