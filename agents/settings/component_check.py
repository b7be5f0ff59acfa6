"""What the settings ask of whoever knows the components that they name."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from .model import AfterCallSettings, AgentSettings, StageSettings, TranscriptSettings
from .problems import Path as KeyPath
from .problems import Problem
from .values import IsVariable, Place

if TYPE_CHECKING:
    from .agent_tables import AgentReader


class Unbuildable(Protocol):
    """Why a component cannot be built."""

    wrong: str
    remedy: str


class Tried(NamedTuple):
    """What came of building every stage of an agent once."""

    failed: Sequence[tuple[str, Unbuildable]]
    """The stages that cannot be built, and why."""
    models: Mapping[str, str]
    """The models that the built ones say they use."""


class Idle(NamedTuple):
    """An option that means nothing beside what else is set."""

    stage: str
    keys: Sequence[str]
    """How it may be written."""
    beside: KeyPath
    """The key, inside the agent, that leaves it without a meaning."""
    wrong: str
    remedy: str


class ComponentCheck(Protocol):
    """Looks at what an agent names, before any call needs it."""

    def resolve(
        self, stage: StageSettings, path: KeyPath, reader: "AgentReader"
    ) -> tuple[StageSettings | None, list[Problem]]:
        """Finds a stage's component and checks its options."""
        ...

    def try_out(self, agent: AgentSettings) -> Tried:
        """Builds every stage once."""
        ...

    def idle(self, agent: AgentSettings) -> Iterable[Idle]:
        """The options that mean nothing where they are."""
        ...

    def check_tools(self, uses: Sequence[str], folder: Path) -> Sequence[Unbuildable]:
        """Why tools cannot be used."""
        ...

    def check_sink(self, transcripts: TranscriptSettings, folder: Path) -> Unbuildable | None:
        """Why turns could not go where the settings say."""
        ...

    def check_after_call(
        self, settings: AfterCallSettings, folder: Path, place: Place, is_variable: IsVariable
    ) -> tuple[AfterCallSettings | None, list[Problem]]:
        """Checks the options of who gets finished meetings, and builds it once."""
        ...

    def check_database(self, url: str) -> Unbuildable | None:
        """Why no database could be opened with this address."""
        ...
