"""Values that nobody may read, on their way from a variable to a component."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

HIDDEN = "**********"


@dataclass(frozen=True)
class Hidden:
    """An option that holds a secret: shown as stars, opened when its component is built."""

    value: Any = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    """The texts that came from variables."""

    def __repr__(self) -> str:
        return HIDDEN


def opened(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options as their component takes them; it may keep and change what it is given."""
    return {
        name: deepcopy(value.value if isinstance(value, Hidden) else value) for name, value in options.items()
    }


def without_secrets(text: str, options: Mapping[str, Any]) -> str:
    """A text with stars where it quotes a hidden option."""
    return _starred(text, (s for v in options.values() if isinstance(v, Hidden) for s in v.secrets))


def _starred(text: str, secrets: Iterable[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text
