"""The processor under test: how it is found, and built as a call would build it."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipecat.processors.frame_processor import FrameProcessor
from pydantic import ValidationError

from ..agents.call_context import CallContext
from ..agents.component import Component, find_component
from ..agents.component_error import ComponentError
from ..agents.settings.model import AgentFields, AgentSettings, OpenAIAccess
from ..agents.store.sink import Chunk, Turn
from ..agents.trial import trial_call
from ..agents.upstream import OpenAIUpstream
from . import place
from .report import Finding, Rule

Processor = str | type[FrameProcessor] | Callable[..., FrameProcessor]
"""A short name or `module:Class` as in settings, a class, or a function that returns a processor."""

NOWHERE = "http://127.0.0.1:1/v1"
"""An address that refuses every connection."""


class Unbuildable(Exception):
    """The processor cannot be built; carries the finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


class Subject:
    """Builds a fresh processor for each trial."""

    def __init__(
        self, processor: Processor, options: Mapping[str, Any], call: CallContext | None, folder: Path
    ) -> None:
        self._processor = processor
        self._options = options
        self._call = call
        self._folder = folder
        self._upstream = OpenAIUpstream(OpenAIAccess(base_url=NOWHERE))
        self.name = processor if isinstance(processor, str) else processor.__qualname__

    @property
    def has_call(self) -> bool:
        """Whether it is built for somebody's own call, whose connections are theirs."""
        return self._call is not None

    def build(self) -> FrameProcessor:
        """The processor, with its options checked as those of a settings file are.

        Raises:
            Unbuildable: it cannot be found or built, or an option is wrong.
        """
        try:
            component = self._component()
            call = self._call or a_trial(self._folder, self._upstream)
            return component.build(_checked(component, self._options), call)
        except ComponentError as error:
            raise Unbuildable(self._finding(error.wrong, error.remedy, error.__cause__)) from error
        except ValidationError as error:
            wrong = "; ".join(f"option {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise Unbuildable(self._finding(wrong, "change the options", None)) from error

    def _component(self) -> Component:
        if not isinstance(self._processor, str):
            return Component(self.name, self._processor)
        stage, dot, name = self._processor.partition(".")
        is_short = ":" not in self._processor and dot
        return find_component(stage, name if is_short else self._processor, self._folder)

    def _finding(self, wrong: str, remedy: str, cause: BaseException | None) -> Finding:
        where = place.of_error(cause.__traceback__ if cause else None)
        return Finding(Rule.BUILDS, wrong, remedy, where or self._beginning())

    def _beginning(self) -> place.Place | None:
        if isinstance(self._processor, str):
            return None
        is_class = inspect.isclass(self._processor)
        return place.of_function(self._processor.__init__ if is_class else self._processor)


def a_trial(folder: Path | None = None, upstream: OpenAIUpstream | None = None) -> CallContext:
    """A call for tests: its client is ready, its turns are saved nowhere, and OpenAI refuses it."""
    fields = AgentFields(prompt="You are a helpful voice assistant.", pipeline="trial")
    agent = AgentSettings("trial", fields, (), folder or Path.cwd())
    upstream = upstream or OpenAIUpstream(OpenAIAccess(base_url=NOWHERE))
    call = replace(trial_call(agent, upstream), turns=_Forgetting())
    call.client_ready.set()
    return call


class _Forgetting:
    """Takes every turn, and keeps none."""

    def __init__(self) -> None:
        self._number = 0

    async def save(self, turn: Turn) -> Chunk:
        self._number += 1
        return Chunk("trial", turn.meeting_id, self._number, turn.speaker_type, turn.text, turn.started_at)


def _checked(component: Component, options: Mapping[str, Any]) -> dict[str, Any]:
    """What a settings file can say is checked as it is there; the rest is Python's own."""
    told = {name: value for name, value in options.items() if name not in component.unreadable}
    model = component.options.model_validate(told)
    return {**options, **{name: getattr(model, name) for name in model.model_fields_set}}
