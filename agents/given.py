"""What a call gives to Pipecat's own services, unless the settings say otherwise.

A language model gets the call's prompt, a recogniser the agent's language, and those that speak to
OpenAI the way to it (or to the sandbox). Only a class whose constructor names `settings` is given
any of it: one that makes its own would be told twice.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, cast, get_args

from pipecat.services.llm_service import LLMService
from pipecat.services.settings import ServiceSettings
from pipecat.services.stt_service import STTService
from pipecat.transcriptions.language import Language
from pipecat.utils.types import is_given

from .call_context import CallContext

Parameters = Mapping[str, inspect.Parameter]

_OPENAIS = "pipecat.services.openai."
_WHOSE = {"system_instruction": "the call's prompt", "language": "the agent's language"}


def given_by_the_call(
    factory: Callable[..., Any], parameters: Parameters, told: Mapping[str, Any], call: CallContext
) -> dict[str, Any]:
    """The parameters that the call sets beside or around those that the settings tell."""
    given: dict[str, Any] = {}
    if wants_the_way_to_openai(factory, parameters, told):
        client = call.upstream.client()
        given |= {"api_key": client.api_key, "base_url": str(client.base_url)}
    wanted = _wanted(factory, call)
    if wanted and (cls := _settings_class(factory, parameters)):
        name, value = wanted
        settings = told.get("settings") or cls()
        if name not in told and _has(cls, name) and not is_given(getattr(settings, name)):
            given["settings"] = replace(settings, **{name: value})
    return given


def given_words(factory: Callable[..., Any], parameters: Parameters) -> list[str]:
    """What the call gives, in words."""
    words: list[str] = []
    if wants_the_way_to_openai(factory, parameters, {}):
        words.append("Without api_key and base_url it goes where OPENAI_API_KEY and OPENAI_BASE_URL say.")
    wanted = _field_of(factory)
    cls = _settings_class(factory, parameters) if wanted else None
    if wanted and cls and _has(cls, wanted):
        words.append(f"Unless set, settings.{wanted} is {_WHOSE[wanted]}.")
    return words


def wants_the_way_to_openai(
    factory: Callable[..., Any], parameters: Parameters, told: Mapping[str, Any]
) -> bool:
    """Whether it is a service of Pipecat's for OpenAI's HTTP API that was not told where and who."""
    keys = ("api_key", "base_url")
    return (
        inspect.isclass(factory)
        and factory.__module__.startswith(_OPENAIS)
        and all(key in parameters and parameters[key].default is None for key in keys)
        and not any(key in told for key in keys)
    )


def _wanted(factory: Callable[..., Any], call: CallContext) -> tuple[str, Any] | None:
    match _field_of(factory):
        case "system_instruction" as name:
            return name, call.conversation.prompt
        case "language" as name:
            return name, Language(call.agent.fields.language)
    return None


def _field_of(factory: Callable[..., Any]) -> str | None:
    """The field of its settings that the call fills."""
    if not inspect.isclass(factory):
        return None
    if issubclass(factory, LLMService):
        return "system_instruction"
    return "language" if issubclass(factory, STTService) else None


def _settings_class(factory: Callable[..., Any], parameters: Parameters) -> type[ServiceSettings] | None:
    """The class of the `settings` that the nearest constructor names."""
    owner: Any = next(cls for cls in inspect.getmro(cast(type, factory)) if "__init__" in vars(cls))
    if "settings" not in inspect.signature(owner.__init__).parameters:
        return None
    annotation = parameters["settings"].annotation
    found = [part for part in (annotation, *get_args(annotation)) if inspect.isclass(part)]
    return next((part for part in found if issubclass(part, ServiceSettings) and is_dataclass(part)), None)


def _has(cls: type[ServiceSettings], name: str) -> bool:
    return any(field.name == name for field in fields(cls))
