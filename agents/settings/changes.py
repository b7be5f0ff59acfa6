"""What differs between two settings, told without values, and what a running server cannot take over."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from .model import Settings
from .problems import Problem, SettingsError
from .sections import SECTIONS

_WITH_A_RESTART = ("server.host", "server.port", "database", "transcripts")
"""A socket that is bound and a database that is open, with what is queued for it."""


def changed_keys(old: Settings, new: Settings) -> list[str]:
    """The keys of `[sections]`, the agents and the variables that differ, by name."""
    return [*_of_sections(old, new), *_of_agents(old, new), *_of_openai(old, new)]


def needs_restart(key: str) -> bool:
    """Whether a running server keeps the old value of a key."""
    return key.startswith(_WITH_A_RESTART)


def for_running(old: Settings, new: Settings) -> Settings:
    """The new settings as far as a server that was started with the old ones can take them over.

    Raises:
        SettingsError: they would do for loopback, but other machines reach the server until it is restarted.
    """
    if not old.server.is_loopback and not (new.auth.secret and new.auth.api_key):
        wrong = f"are not both set, and the server listens on {old.server.host} until a restart"
        remedy = "set TURNWISE_AUTH__SECRET and TURNWISE_AUTH__API_KEY, or restart the server"
        raise SettingsError([Problem("auth.secret and auth.api_key", wrong, remedy)])
    bound = {"host": old.server.host, "port": old.server.port}
    return replace(
        new,
        server=new.server.model_copy(update=bound),
        database=old.database,
        transcripts=old.transcripts,
    )


def _of_sections(old: Settings, new: Settings) -> Iterator[str]:
    for name in SECTIONS:
        before, after = _values(getattr(old, name)), _values(getattr(new, name))
        yield from (f"{name}.{key}" for key in sorted(before | after) if before.get(key) != after.get(key))
    if old.default_agent != new.default_agent:
        yield "default_agent"


def _of_agents(old: Settings, new: Settings) -> Iterator[str]:
    for name in sorted({*old.agents, *new.agents}):
        if old.agents.get(name) != new.agents.get(name):
            yield f"agents.{name}"


def _of_openai(old: Settings, new: Settings) -> Iterator[str]:
    if old.openai.api_key != new.openai.api_key:
        yield "OPENAI_API_KEY"
    if old.openai.base_url != new.openai.base_url:
        yield "OPENAI_BASE_URL"


def _values(section: BaseModel) -> dict[str, Any]:
    """What the table says, options of a component included."""
    return dict(section)
