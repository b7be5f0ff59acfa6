"""The extension surface: what a settings file can name, and how it becomes part of a call.

A component is any callable that returns a Pipecat `FrameProcessor`: a class, or a function where
something has to be put together first. Its named parameters, and those of its bases as far as
`**kwargs` passes them on, are its options. Some parameters are no options but handed in by their
annotation: `CallContext` (the call it is built for), `OpenAIUpstream` (the way to OpenAI) and
aiohttp's `ClientSession` (the process's HTTP connections).

It is named by a short name, an entry point of the group `turnwise.components` called
`<stage>.<name>` or `<name>`, or as `module:attribute`, installed or beside the settings file.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import aiohttp
from pipecat.processors.frame_processor import FrameProcessor
from pydantic import BaseModel, ValidationError, create_model

from .call_context import CallContext
from .catalogue.extras import PIPECAT
from .component_error import ComponentError
from .given import given_by_the_call, wants_the_way_to_openai
from .importing import load_object
from .in_python import in_python
from .options.hidden import opened, without_secrets
from .options.nested import STRICT
from .options.parameters import parameters
from .options.readable import NotReadable, readable
from .upstream import OpenAIUpstream

_HANDED_IN: dict[Any, Callable[[CallContext], Any]] = {
    CallContext: lambda call: call,
    OpenAIUpstream: lambda call: call.upstream,
    aiohttp.ClientSession: lambda call: call.http.session,
}


@dataclass(frozen=True)
class Component:
    """A callable that builds a processor, and what it can be told."""

    name: str
    factory: Callable[..., Any]

    @cached_property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """The named parameters of the factory and of the bases that it passes `**kwargs` to."""
        return parameters(self.factory)

    @cached_property
    def options(self) -> type[BaseModel]:
        """A model of the options: their types, ranges, defaults and descriptions."""
        fields: dict[str, Any] = {
            name: (kind, ... if self.parameters[name].default is inspect.Parameter.empty else None)
            for name, kind in self._kinds.items()
            if not isinstance(kind, NotReadable)
        }
        return create_model(f"{self.name} options", __config__=STRICT, **fields)

    @cached_property
    def unreadable(self) -> Mapping[str, str]:
        """The parameters that no settings file can give, and what each is."""
        return {name: str(kind) for name, kind in self._kinds.items() if isinstance(kind, NotReadable)}

    def check(self) -> None:
        """Whether a settings file can say all that is needed.

        Raises:
            ComponentError: with the Python that can.
        """
        for name, kind in self.unreadable.items():
            if self.parameters[name].default is inspect.Parameter.empty:
                wrong = f"{self.name} cannot be built from settings: its `{name}` is a {kind}"
                raise ComponentError(wrong, in_python(self.factory, self.parameters, self.unreadable))

    def wants_openai(self, options: Mapping[str, Any]) -> bool:
        """Whether it calls OpenAI, or the sandbox in its place."""
        is_handed_in = any(p.annotation is OpenAIUpstream for p in self.parameters.values())
        return is_handed_in or wants_the_way_to_openai(self.factory, self.parameters, options)

    def build(self, options: Mapping[str, Any], call: CallContext) -> FrameProcessor:
        """The processor for one call.

        Raises:
            ComponentError: it raised, or what it returned is no processor.
        """
        told = opened(options)
        try:
            told |= given_by_the_call(self.factory, self.parameters, told, call)
            built = self.factory(**self._handed_in(call), **told)
        except (Exception, SystemExit) as error:
            said = without_secrets(_said(error), options)
            wrong = f"{self.name} raises {type(error).__name__} when built ({said})"
            raise ComponentError(wrong, "change its options or mend it") from error
        if not isinstance(built, FrameProcessor):
            raise ComponentError(f"{self.name} is no Pipecat FrameProcessor", "name a class that is")
        return built

    @cached_property
    def _kinds(self) -> Mapping[str, Any]:
        """What each parameter is checked against, or why it cannot be read."""
        return {
            name: self._kind(parameter)
            for name, parameter in self.parameters.items()
            if _source(parameter) is None
        }

    def _kind(self, parameter: inspect.Parameter) -> Any:
        is_untold = parameter.annotation is Any and parameter.default is parameter.empty
        if is_untold and self.factory.__module__.startswith(f"{PIPECAT}."):
            return NotReadable("value without a type")
        try:
            return readable(parameter.annotation)
        except NotReadable as why:
            return why

    def _handed_in(self, call: CallContext) -> dict[str, Any]:
        sources = {name: _source(parameter) for name, parameter in self.parameters.items()}
        return {name: source(call) for name, source in sources.items() if source}


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


def _source(parameter: inspect.Parameter) -> Callable[[CallContext], Any] | None:
    """What of the call is handed in for a parameter; None where it is an option."""
    return next((of for kind, of in _HANDED_IN.items() if parameter.annotation is kind), None)


def _said(error: BaseException) -> str:
    """What an error says, in one line; of a value that pydantic refuses only where it stood and why."""
    if isinstance(error, ValidationError):
        return ", ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return " ".join(str(error).split())
