"""Values that nobody may read, on their way from a variable to a component."""

import json
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
    for secret in sorted((form for each in secrets for form in _forms(each)), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def _forms(secret: str) -> set[str]:
    """A secret as it may be quoted: as it is, on one line, or with its marks escaped."""
    forms = {secret, " ".join(secret.split()), repr(secret)[1:-1], json.dumps(secret)[1:-1]}
    return {form for form in forms if form}
