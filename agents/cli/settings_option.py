"""The `--settings` option, and what becomes of a file that cannot be used."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from ..settings.agent_tables import ComponentCheck
from ..settings.load import load_settings
from ..settings.model import Settings
from ..settings.problems import SettingsError
from .failure import CommandFailed

SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings", metavar="FILE", help="The settings file; else ./settings.toml, else the shipped one."
    ),
]


def load(
    file: Path | None,
    components: ComponentCheck | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """The settings; warnings go to standard error.

    Raises:
        CommandFailed: with every problem, exit code 2.
    """
    try:
        settings = load_settings(file, overrides=overrides, components=components)
    except SettingsError as error:
        raise CommandFailed(str(error), 2) from None
    for warning in settings.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    return settings
