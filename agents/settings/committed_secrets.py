"""Secrets that stand in a file that gets committed."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .layers import Layers
from .problems import Path as KeyPath
from .problems import Problem
from .values import is_secret

_PASSWORD = re.compile(r"://[^/@]*:[^/@]*@|[?&]password=")


def committed_secrets(layers: Layers) -> Iterator[str]:
    """A warning for each, with where to move it."""
    for path in _secrets(layers.values):
        if layers.is_committed(path):
            wrong = "is a secret in a file that gets committed"
            yield str(Problem(".".join(path), wrong, _move(path), layers.places.find(path)))


def _move(path: KeyPath) -> str:
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
