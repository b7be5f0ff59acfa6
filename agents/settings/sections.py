"""The tables beside the agents, `[server]` to `[log]`, each with what it is checked against."""

from collections.abc import Mapping
from typing import Any, TypeVar

from .layers import Layers
from .model import (
    AfterCallSettings,
    AuthSettings,
    DatabaseSettings,
    LogSettings,
    Section,
    ServerSettings,
    TranscriptSettings,
    WebRTCSettings,
)
from .problems import Problem
from .values import check_values

SECTIONS: dict[str, type[Section]] = {
    "server": ServerSettings,
    "webrtc": WebRTCSettings,
    "auth": AuthSettings,
    "database": DatabaseSettings,
    "transcripts": TranscriptSettings,
    "after_call": AfterCallSettings,
    "log": LogSettings,
}

S = TypeVar("S", bound=Section)


def read_section(
    model: type[S], layers: Layers, overrides: Mapping[str, Any]
) -> tuple[S | None, list[Problem]]:
    """The section that is checked against `model`, with `overrides` on top; or what is wrong with it."""
    name = next(name for name, section in SECTIONS.items() if section is model)
    raw = layers.values.get(name, {})
    if not isinstance(raw, dict):
        place = layers.places.find((name,))
        return None, [Problem(name, "must be a table", f"write [{name}]", place)]
    is_variable = layers.from_variables.__contains__
    return check_values(model, {**raw, **overrides}, (name,), layers.places.find, is_variable)
