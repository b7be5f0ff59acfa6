"""From files and variables to one validated object, or every problem at once."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from ..secret import SHORTEST_SECRET_BYTES
from .agent_tables import AgentReader
from .component_check import ComponentCheck
from .layers import EXTENDS, SHIPPED, Layers, read_layers
from .model import (
    AfterCallSettings,
    AgentSettings,
    AuthSettings,
    DatabaseSettings,
    LogSettings,
    OpenAIAccess,
    Section,
    ServerSettings,
    Settings,
    TranscriptSettings,
    WebRTCSettings,
)
from .model_dates import Ending, told_once
from .pipeline import REALTIME, doubts
from .problems import Path as KeyPath
from .problems import Problem, SettingsError
from .values import check_values, is_secret, unknown_key

SECTIONS: dict[str, type[Section]] = {
    "server": ServerSettings,
    "webrtc": WebRTCSettings,
    "auth": AuthSettings,
    "database": DatabaseSettings,
    "transcripts": TranscriptSettings,
    "after_call": AfterCallSettings,
    "log": LogSettings,
}
_PASSWORD = re.compile(r"://[^/@]*:[^/@]*@|[?&]password=")
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
        self._check_upstream()
        default_agent = self._default_agent()
        if self.problems or not (
            server and webrtc and auth and database and transcripts and after_call and log
        ):
            return None
        self._check_doors(server, auth)
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
            openai=self._openai(),
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
        name = next(name for name, section in SECTIONS.items() if section is model)
        raw = self._layers.values.get(name, {})
        if not isinstance(raw, dict):
            self._add((name,), "must be a table", f"write [{name}]")
            return None
        if model is ServerSettings:
            raw = {**raw, **self._overrides}
        section, problems = check_values(
            model, raw, (name,), self._layers.places.find, self._layers.from_variables.__contains__
        )
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

    def _check_doors(self, server: ServerSettings, auth: AuthSettings) -> None:
        secret = auth.secret.get_secret_value() if auth.secret else None
        if secret is not None and len(secret.encode()) < SHORTEST_SECRET_BYTES:
            wrong = f"is shorter than {SHORTEST_SECRET_BYTES} bytes"
            self._add(("auth", "secret"), wrong, "make one with `openssl rand -hex 32`")
        if not server.is_loopback:
            for key, value in (("secret", auth.secret), ("api_key", auth.api_key)):
                if value is None or not value.get_secret_value():
                    wrong = f"is not set, and {server.host} can be reached from other machines"
                    remedy = f"set TURNWISE_AUTH__{key.upper()} or bind to 127.0.0.1"
                    self._add(("auth", key), wrong, remedy)

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

    def _check_upstream(self) -> None:
        url = self._layers.variables.get("OPENAI_BASE_URL")
        if url and not _is_http_url(url):
            wrong = "is no address of a server"
            self.problems.append(
                Problem("", wrong, "write it like https://api.openai.com/v1", "OPENAI_BASE_URL")
            )

    def _openai(self) -> OpenAIAccess:
        key = self._layers.variables.get("OPENAI_API_KEY", "")
        url = self._layers.variables.get("OPENAI_BASE_URL", "")
        return OpenAIAccess(SecretStr(key) if key else None, url or None)

    def _warnings(self, agents: Mapping[str, AgentSettings]) -> list[str]:
        endings = told_once(self._endings, calm=False)
        return [*self._committed_secrets(), *self._doubtful_lines(agents), *endings]

    def _doubtful_lines(self, agents: Mapping[str, AgentSettings]) -> list[str]:
        return [
            str(
                Problem(
                    f"agents.{name}.pipeline",
                    wrong,
                    remedy,
                    self._layers.places.find(("agents", name, "pipeline")),
                )
            )
            for name, agent in agents.items()
            for wrong, remedy in doubts([stage.name for stage in agent.stages], _realtime_speaks(agent))
        ]

    def _committed_secrets(self) -> list[str]:
        """Secrets in the file that gets committed."""
        places = {path: self._layers.places.find(path) for path in _secrets(self._layers.values)}
        return [
            str(Problem(".".join(path), "is a secret in a file that gets committed", _move(path), place))
            for path, place in places.items()
            if self._layers.is_committed(path)
        ]

    def _add(self, path: tuple[str, ...], wrong: str, remedy: str) -> None:
        self.problems.append(Problem(".".join(path), wrong, remedy, self._layers.places.find(path)))


def _realtime_speaks(agent: AgentSettings) -> bool:
    """Whether a `realtime` stage of ours answers aloud: as it does where nothing else is said."""
    return any(
        (stage.name, stage.use) == (REALTIME, "openai") and stage.options.get("output", "audio") == "audio"
        for stage in agent.stages
    )


def _move(path: tuple[str, ...]) -> str:
    return f"move it to .env.local as TURNWISE_{'__'.join(part.upper() for part in path)}"


def _secrets(table: Mapping[str, Any], path: KeyPath = ()) -> Iterator[KeyPath]:
    """The keys whose values are nobody's business; of a list of tables its own key."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _secrets(value, (*path, key))
        elif _is_private(key, value):
            yield (*path, key)


def _is_private(key: str, value: Any) -> bool:
    """Whether a value is a secret; an address is one only if it carries a password."""
    if isinstance(value, list):
        return any(list(_secrets(part)) for part in value if isinstance(part, dict))
    is_text = isinstance(value, str) and value != ""
    return is_text and is_secret(key) and (key != "url" or _PASSWORD.search(value) is not None)


def _is_http_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
