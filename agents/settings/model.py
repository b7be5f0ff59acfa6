"""The settings once understood: frozen, and all that a server or a call reads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from ..loopback import is_loopback
from ..tokens import DEFAULT_TTL_SECS, LONGEST_TTL_SECS

_ORIGIN = re.compile(r"https?://[^/*\s]+")
_ICE_URL = re.compile(
    r"(stuns?:HOST(:PORT)?|turns?:HOST(:PORT)?(\?transport=(udp|tcp))?)".replace(
        "HOST", r"([\w.-]+|\[[0-9a-fA-F:.]+\])"
    ).replace("PORT", r"\d{1,5}")
)

Secs = Annotated[float, Field(gt=0, le=86_400)]


class Section(BaseModel):
    """A table of the settings file: frozen, and nothing in it that isn't named here."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class ServerSettings(Section):
    """`[server]`: the doors and how many may come in."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8080
    allowed_origins: list[str] = []
    max_calls: Annotated[int, Field(ge=1)] = 50
    max_calls_per_user: Annotated[int, Field(ge=0)] = 0
    rejoin_secs: Annotated[float, Field(ge=0, le=3_600)] = 30.0

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, origins: list[str]) -> list[str]:
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"must be origins as https://www.example.org, and {origin!r} is none")
        return origins

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)


class IceServerSettings(Section):
    """One of `[webrtc] ice_servers`: "stun:host:port", or a table with what a TURN server wants."""

    urls: Annotated[list[str], Field(min_length=1)]
    username: str | None = None
    credential: SecretStr | None = None

    @field_validator("urls", mode="before")
    @classmethod
    def _as_list(cls, urls: Any) -> Any:
        return [urls] if isinstance(urls, str) else urls

    @field_validator("urls")
    @classmethod
    def _are_ice_urls(cls, urls: list[str]) -> list[str]:
        for url in urls:
            if not _ICE_URL.fullmatch(url):
                raise ValueError(f"must be stun:host:port or turn:host:port, and {url!r} is neither")
        return urls

    @model_validator(mode="after")
    def _can_relay(self) -> Self:
        if any(url.startswith("turn") for url in self.urls) and not (self.username and self.credential):
            raise ValueError("a TURN server wants username and credential")
        return self


class WebRTCSettings(Section):
    """`[webrtc]`: how browsers and this server find each other."""

    ice_servers: list[IceServerSettings] = []

    @field_validator("ice_servers", mode="before")
    @classmethod
    def _as_tables(cls, servers: Any) -> Any:
        if not isinstance(servers, list):
            return servers
        return [{"urls": server} if isinstance(server, str) else server for server in servers]


class AuthSettings(Section):
    """`[auth]`: who may call; the two secrets belong in variables."""

    secret: SecretStr | None = None
    api_key: SecretStr | None = None
    token_secs: Annotated[int, Field(ge=1, le=LONGEST_TTL_SECS)] = DEFAULT_TTL_SECS


class DatabaseSettings(Section):
    """`[database]`: where meetings and transcripts are."""

    url: SecretStr = SecretStr("sqlite:///turnwise.db")

    @field_validator("url")
    @classmethod
    def _is_served(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(("sqlite:///", "postgresql://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return url


class TranscriptSettings(Section):
    """`[transcripts]`: where finalised turns go; what stands beside `use` are that class's options."""

    model_config = ConfigDict(extra="allow")

    use: str = "tables"

    @property
    def options(self) -> dict[str, Any]:
        """What the class is built with."""
        return self.model_extra or {}


class AfterCallSettings(Section):
    """`[after_call]`: who gets a finished meeting; what stands beside these keys are its options."""

    model_config = ConfigDict(extra="allow")

    use: str = "none"
    timeout_secs: Secs = 10.0
    give_up_secs: Annotated[float, Field(gt=0, le=30 * 86_400)] = 3 * 86_400.0

    @property
    def is_on(self) -> bool:
        """Whether anybody gets finished meetings."""
        return self.use != "none"

    @property
    def options(self) -> dict[str, Any]:
        """What it is built with."""
        return self.model_extra or {}


class LogSettings(Section):
    """`[log]`: what standard error tells; `trusted` are modules whose own words may be told."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    trusted: list[str] = []


class AgentFields(Section):
    """`[agents.NAME]` without its stages."""

    prompt: str
    pipeline: str
    description: str = ""
    greeting: str = ""
    barge_in: bool = False
    tools: list[str] = []
    language: Annotated[str, Field(min_length=2, max_length=16)] = "en"
    max_call_secs: Secs = 3_600.0
    idle_secs: Secs = 300.0


@dataclass(frozen=True)
class StageSettings:
    """One name of a pipeline: which component it is, and that component's options."""

    name: str
    use: str
    options: Mapping[str, Any] = field(default_factory=dict)
    implied: bool = False
    """Whether it stands in the line without having been named there."""


@dataclass(frozen=True)
class AgentSettings:
    """One agent: what a call of it is built from, and nothing else."""

    name: str
    fields: AgentFields
    stages: tuple[StageSettings, ...]
    """The whole line from `in` to the last processor, implied stages included."""
    folder: Path
    """Where `module:Class` and relative files are looked for, beside what is installed."""

    @property
    def kind(self) -> Literal["cascade", "realtime"]:
        """Whether a model hears and speaks itself, or recogniser, model and voice take turns."""
        return "realtime" if self._has("realtime") else "cascade"

    @property
    def output(self) -> Literal["audio", "text"]:
        """Whether its answers are heard, or only read."""
        realtime = next((stage for stage in self.stages if stage.name == "realtime"), None)
        speaks = realtime is not None and realtime.options.get("output") != "text"
        return "audio" if speaks or self._has("tts") or not (realtime or self._has("llm")) else "text"

    def _has(self, name: str) -> bool:
        return any(stage.name == name for stage in self.stages)


@dataclass(frozen=True)
class OpenAIAccess:
    """`OPENAI_API_KEY` and `OPENAI_BASE_URL`."""

    api_key: SecretStr | None = None
    base_url: str | None = None

    @property
    def is_unset(self) -> bool:
        """Whether the sandbox should step in."""
        return self.api_key is None and self.base_url is None


@dataclass(frozen=True)
class Settings:
    """Everything a server reads; made once from files and variables, then never changed."""

    server: ServerSettings
    webrtc: WebRTCSettings
    auth: AuthSettings
    database: DatabaseSettings
    transcripts: TranscriptSettings
    after_call: AfterCallSettings
    log: LogSettings
    agents: Mapping[str, AgentSettings]
    default_agent: str
    openai: OpenAIAccess
    folder: Path
    warnings: tuple[str, ...] = ()
