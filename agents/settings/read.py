"""From files and variables to one validated object, or every problem at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from .agent_tables import AgentReader
from .committed_secrets import committed_secrets
from .component_check import ComponentCheck
from .doors import open_doors
from .doubtful_lines import doubtful_lines
from .layers import EXTENDS, SHIPPED, Layers, read_layers
from .model import (
    AfterCallSettings,
    AgentSettings,
    AuthSettings,
    DatabaseSettings,
    LogSettings,
    Section,
    ServerSettings,
    Settings,
    TranscriptSettings,
    WebRTCSettings,
)
from .model_dates import Ending, told_once
from .openai_access import openai_access, wrong_address
from .problems import Problem, SettingsError
from .sections import SECTIONS, read_section
from .values import unknown_key

_TOP_KEYS = (*SECTIONS, "agents", "default_agent")

S = TypeVar("S", bound=Section)


def read_settings(
    settings_file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    overrides: Mapping[str, Any] | None = None,
    components: ComponentCheck | None = None,
) -> Settings:
    """Reads, merges and checks all layers.

    `overrides` are values of `[server]` from a command line. With `components`, each stage's
    component is found, its options are checked and it is built once; without, all are taken as they stand.

    Raises:
        SettingsError: with every problem found.
    """
    layers = read_layers(settings_file, environ)
    reader = _Reader(layers, overrides or {})
    settings = reader.settings(components)
    if reader.problems or settings is None:
        raise SettingsError(reader.problems)
    return settings


class _Reader:
    def __init__(self, layers: Layers, overrides: Mapping[str, Any]) -> None:
        self.problems: list[Problem] = []
        self._endings: list[Ending] = []
        self._layers = layers
        self._overrides = overrides

    def settings(self, components: ComponentCheck | None) -> Settings | None:
        self._check_top()
        server, auth = self._section(ServerSettings), self._section(AuthSettings)
        webrtc = self._section(WebRTCSettings)
        database, transcripts = self._section(DatabaseSettings), self._section(TranscriptSettings)
        log, agents = self._section(LogSettings), self._agents(components)
        if components and transcripts:
            self._check_sink(components, transcripts)
        after_call = self._after_call(components)
        if components and database:
            self._check_database(components, database)
        self.problems += wrong_address(self._layers.variables)
        default_agent = self._default_agent()
        if self.problems or not (
            server and webrtc and auth and database and transcripts and after_call and log
        ):
            return None
        for door in open_doors(server, auth):
            self._add(*door)
        return Settings(
            server=server,
            webrtc=webrtc,
            auth=auth,
            database=database,
            transcripts=transcripts,
            after_call=after_call,
            log=log,
            agents=agents,
            default_agent=default_agent,
            openai=openai_access(self._layers.variables),
            folder=self._layers.folder,
            warnings=tuple(self._warnings(agents)),
            notes=tuple(told_once(self._endings, calm=True)),
        )

    def _check_top(self) -> None:
        for key in self._layers.values:
            if key == EXTENDS:
                self._add((key,), "can only be shipped", f'write {EXTENDS} = "{SHIPPED}"')
            elif key not in _TOP_KEYS:
                self._add((key,), *unknown_key(key, list(_TOP_KEYS)))

    def _section(self, model: type[S]) -> S | None:
        overrides = self._overrides if model is ServerSettings else {}
        section, problems = read_section(model, self._layers, overrides)
        self.problems += problems
        return section

    def _agents(self, components: ComponentCheck | None) -> dict[str, AgentSettings]:
        tables = self._layers.values.get("agents")
        if not isinstance(tables, dict) or not tables:
            self._add(("agents",), "there is no agent", "write a table [agents.default]")
            return {}
        agents: dict[str, AgentSettings] = {}
        for name, table in tables.items():
            if not isinstance(table, dict):
                self._add(("agents", name), "must be a table", f"write [agents.{name}]")
                continue
            reader = AgentReader(name, self._layers, components)
            if agent := reader.read():
                agents[name] = agent
            self._add_new(reader.problems)
            self._endings += reader.endings
        return agents

    def _add_new(self, problems: list[Problem]) -> None:
        """Leaves out what an agent inherited: it has been said of the agent that it comes from."""
        said = {(problem.place, problem.wrong) for problem in self.problems}
        self.problems += [problem for problem in problems if (problem.place, problem.wrong) not in said]

    def _default_agent(self) -> str:
        name = self._layers.values.get("default_agent", "default")
        known = self._layers.values.get("agents")
        if isinstance(known, dict) and (not isinstance(name, str) or name not in known):
            _, remedy = unknown_key(str(name), list(known))
            self._add(("default_agent",), f"there is no agent {name!r}", remedy)
        return str(name)

    def _check_sink(self, components: ComponentCheck, transcripts: TranscriptSettings) -> None:
        if why := components.check_sink(transcripts, self._layers.folder):
            self._add(("transcripts", "use"), why.wrong, why.remedy)

    def _after_call(self, components: ComponentCheck | None) -> AfterCallSettings | None:
        """`[after_call]` with the options of what it names checked, and that built once."""
        settings = self._section(AfterCallSettings)
        if settings is None or components is None:
            return settings
        places, is_variable = self._layers.places, self._layers.from_variables.__contains__
        checked, problems = components.check_after_call(
            settings, self._layers.folder, places.find, is_variable
        )
        self.problems += problems
        return checked

    def _check_database(self, components: ComponentCheck, database: DatabaseSettings) -> None:
        if why := components.check_database(database.url.get_secret_value()):
            self._add(("database", "url"), why.wrong, why.remedy)

    def _warnings(self, agents: Mapping[str, AgentSettings]) -> list[str]:
        layers, endings = self._layers, told_once(self._endings, calm=False)
        return [*committed_secrets(layers), *doubtful_lines(agents, layers.places), *endings]

    def _add(self, path: tuple[str, ...], wrong: str, remedy: str) -> None:
        self.problems.append(Problem(".".join(path), wrong, remedy, self._layers.places.find(path)))
