"""From an agent's settings to the processors of one call."""

from functools import lru_cache
from pathlib import Path

from loguru import logger
from pipecat.processors.frame_processor import FrameProcessor

from .call_context import CallContext
from .component import Component, ComponentError, find_component
from .conversation import Conversation
from .settings.agent_tables import AgentReader
from .settings.model import AgentSettings, OpenAIAccess, Settings, StageSettings, TranscriptSettings
from .settings.pipeline import IN, OUT
from .settings.problems import Path as KeyPath
from .settings.problems import Problem
from .settings.values import check_values
from .sinks import find_sink
from .state import CallState
from .store.address import BadAddress, check_address
from .store.sink import Chunk, Turn
from .upstream import OpenAIUpstream


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
        _component(stage, agent.folder).wants_openai
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
        except ComponentError as error:
            key = (*path, "use")
            return None, [Problem(".".join(key), error.wrong, error.remedy, reader.place(key))]
        options, problems = check_values(
            component.options, stage.options, path, reader.place, reader.is_variable
        )
        if options is None:
            return None, problems
        given = {name: getattr(options, name) for name in options.model_fields_set}
        return StageSettings(stage.name, stage.use, given, stage.implied), []

    def try_out(self, agent: AgentSettings) -> list[tuple[str, ComponentError]]:
        """Builds every stage once, and says which ones cannot be."""
        call = _trial_call(agent)
        failed: list[tuple[str, ComponentError]] = []
        for stage in agent.stages:
            if stage.name not in (IN, OUT):
                try:
                    _component(stage, agent.folder).build(stage.options, call)
                except ComponentError as error:
                    failed.append((stage.name, error))
        return failed

    def check_sink(self, transcripts: TranscriptSettings, folder: Path) -> ComponentError | None:
        """Why turns could not go where `[transcripts]` says."""
        try:
            find_sink(transcripts, folder)
        except ComponentError as error:
            return error
        return None

    def check_database(self, url: str) -> BadAddress | None:
        """Why no database could be opened with this address; none is connected to."""
        return check_address(url)


def _trial_call(agent: AgentSettings) -> CallContext:
    return CallContext(
        call_id="trial",
        meeting_id="trial",
        agent=agent,
        state=CallState(),
        conversation=Conversation(agent.fields.prompt),
        upstream=OpenAIUpstream(OpenAIAccess()),
        turns=_Nowhere(),
    )


class _Nowhere:
    async def save(self, turn: Turn) -> Chunk:
        raise NotImplementedError("a trial call has no turns")


def _component(stage: StageSettings, folder: Path) -> Component:
    return _cached_component(stage.name, stage.use, folder)


@lru_cache(maxsize=256)
def _cached_component(stage: str, use: str, folder: Path) -> Component:
    return find_component(stage, use, folder)
