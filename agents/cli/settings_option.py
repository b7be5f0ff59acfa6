"""The `--settings` option, and what becomes of a file that cannot be used."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from ..settings.model import Settings
from ..settings.problems import SettingsError
from ..settings.read import read_settings
from .failure import CommandFailed

SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings", metavar="FILE", help="The settings file; else ./settings.toml, else the shipped one."
    ),
]


def load(file: Path | None, read: Callable[..., Settings] = read_settings, **more: Any) -> Settings:
    """The settings as `read` takes them; warnings go to standard error.

    Raises:
        CommandFailed: with every problem, exit code 2.
    """
    try:
        settings = read(file, **more)
    except SettingsError as error:
        raise CommandFailed(str(error), 2) from None
    for warning in settings.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    return settings
