"""Settings with everything that they name found, checked and built once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .assembly import Components
from .settings.model import Settings
from .settings.read import read_settings


def load_settings(
    settings_file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """What a server is made from: `create_app(load_settings())`.

    Without a file: ./settings.toml, else the shipped one. `overrides` are values of `[server]`.

    Raises:
        SettingsError: with every problem found.
    """
    return read_settings(settings_file, environ, overrides=overrides, components=Components())
