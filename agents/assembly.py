"""From an agent's settings to the processors of one call."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from loguru import logger
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.ai_service import AIService

from .after_call.find import check_after_call
from .call_context import CallContext
from .component import Component, find_component
from .component_error import ComponentError
from .options.check import check_options
from .options.only_with import idle_options, values_of
from .settings.agent_tables import AgentReader
from .settings.component_check import Idle, Tried
from .settings.model import AfterCallSettings, AgentSettings, Settings, StageSettings, TranscriptSettings
from .settings.pipeline import IN, OUT
from .settings.problems import Path as KeyPath
from .settings.problems import Problem
from .settings.values import IsVariable, Place
from .sinks import try_sink
from .store.address import BadAddress, check_address
from .tools.find import find_tools
from .trial import try_out


def assemble(call: CallContext, ends: dict[str, FrameProcessor]) -> list[FrameProcessor]:
    """The processors of a call in order; `ends` are the transport's `in` and `out`.

    Raises:
        ComponentError: one of them cannot be built.
    """
    line: list[FrameProcessor] = []
    for stage in call.agent.stages:
        processor = ends.get(stage.name) or _component(stage, call.agent.folder).build(stage.options, call)
        call.stage_of[processor.name] = stage.name
        line.append(processor)
    logger.debug("assembled {}", drawn(call.agent))
    return line


def drawn(agent: AgentSettings) -> str:
    """The line that a call of this agent gets, implied stages in brackets."""
    return " -> ".join(f"[{stage.name}]" if stage.implied else stage.name for stage in agent.stages)


def wants_openai(settings: Settings) -> bool:
    """Whether any agent calls OpenAI, or the sandbox in its place."""
    return any(
        _component(stage, agent.folder).wants_openai(stage.options)
        for agent in settings.agents.values()
        for stage in agent.stages
        if stage.name not in (IN, OUT)
    )


class Components:
    """Finds, checks and tries the components that settings name, before any call needs them."""

    def resolve(
        self, stage: StageSettings, path: KeyPath, reader: AgentReader
    ) -> tuple[StageSettings | None, list[Problem]]:
        """The stage with its options checked, or what is wrong with them."""
        try:
            component = _component(stage, reader.layers.folder)
            component.check()
        except ComponentError as error:
            key = (*path, "use")
            return None, [Problem(".".join(key), error.wrong, error.remedy, reader.place(key))]
        readable, refused = _without_unreadable(component, stage.options, path, reader)
        options, problems = check_options(component.options, readable, path, reader)
        if options is None or refused:
            return None, refused + problems
        return StageSettings(stage.name, stage.use, options, stage.implied), []

    def try_out(self, agent: AgentSettings) -> Tried:
        """Builds every stage once, and says which ones cannot be, and which models are used."""
        failed: list[tuple[str, ComponentError]] = []
        models: dict[str, str] = {}

        def build(call: CallContext) -> Iterator[FrameProcessor]:
            for stage in agent.stages:
                if stage.name in (IN, OUT):
                    continue
                try:
                    built = _component(stage, agent.folder).build(stage.options, call)
                except ComponentError as error:
                    failed.append((stage.name, error))
                else:
                    if model := _model_of(built):
                        models[stage.name] = model
                    yield built

        try_out(agent, build)
        return Tried(failed, models)

    def idle(self, agent: AgentSettings) -> Iterator[Idle]:
        """The options that mean nothing beside what else is set."""
        stages = [stage for stage in agent.stages if stage.name not in (IN, OUT)]
        parameters = {stage.name: _component(stage, agent.folder).parameters for stage in stages}
        line = {stage.name: values_of(stage, parameters[stage.name]) for stage in stages}
        for stage in stages:
            yield from idle_options(stage, parameters[stage.name], line)

    def check_tools(self, uses: Sequence[str], folder: Path) -> list[ComponentError]:
        """Why tools could not be offered to a model."""
        return find_tools(uses, folder)[1]

    def check_sink(self, transcripts: TranscriptSettings, folder: Path) -> ComponentError | None:
        """Why turns could not go where `[transcripts]` says."""
        try:
            try_sink(transcripts, folder)
        except ComponentError as error:
            return error
        return None

    def check_after_call(
        self, settings: AfterCallSettings, folder: Path, place: Place, is_variable: IsVariable
    ) -> tuple[AfterCallSettings | None, list[Problem]]:
        """`[after_call]` with its options checked, or what is wrong with it."""
        return check_after_call(settings, folder, place, is_variable)

    def check_database(self, url: str) -> BadAddress | None:
        """Why no database could be opened with this address; none is connected to."""
        return check_address(url)


def _without_unreadable(
    component: Component, options: Mapping[str, Any], path: KeyPath, reader: AgentReader
) -> tuple[dict[str, Any], list[Problem]]:
    """The options without those that no settings file can give, and what is wrong with giving them."""
    refused: list[Problem] = []
    for name in sorted(component.unreadable.keys() & options.keys()):
        key, wrong = (*path, name), f"cannot be set here, because it is a {component.unreadable[name]}"
        refused.append(Problem(".".join(key), wrong, "take it out", reader.place(key)))
    return {name: value for name, value in options.items() if name not in component.unreadable}, refused


def _model_of(processor: FrameProcessor) -> str | None:
    """What a service of Pipecat's says it uses."""
    model = processor.settings.model if isinstance(processor, AIService) else None
    return model if isinstance(model, str) else None


def _component(stage: StageSettings, folder: Path) -> Component:
    return _cached_component(stage.name, stage.use, folder)


@lru_cache(maxsize=256)
def _cached_component(stage: str, use: str, folder: Path) -> Component:
    return find_component(stage, use, folder)
