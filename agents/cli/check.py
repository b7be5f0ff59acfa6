"""`agent check`: what a call would get, or everything that is wrong."""

import sys

import typer

from .settings_option import SettingsFile


def check(settings: SettingsFile = None) -> None:
    """Check the settings without starting anything.

    Draws the line that a call of each agent gets, from `in`, where audio arrives, to its end; what
    stands there without being named is in brackets. Or lists every problem as
    `file:line: key: what is wrong; what to do`, and exits with 2. Warns of models that OpenAI has
    shut down or is going to, by name and date.
    """
    from ..log import set_up_log

    set_up_log("ERROR")
    from ..assembly import drawn
    from ..load import load_settings
    from ..settings.problems import SettingsError

    try:
        loaded = load_settings(settings)
    except SettingsError as error:
        sys.stdout.write(f"{error}\n")
        raise typer.Exit(2) from None
    for warning in loaded.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    for agent in loaded.agents.values():
        mark = " (default)" if agent.name == loaded.default_agent else ""
        sys.stdout.write(f"{agent.name}{mark}: {drawn(agent)}\n")
        for stage in agent.stages:
            if stage.use != stage.name:
                sys.stdout.write(f"  {stage.name}: {stage.use}\n")
        if agent.fields.tools:
            sys.stdout.write(f"  tools: {', '.join(agent.fields.tools)}\n")
    for note in loaded.notes:
        sys.stdout.write(f"note: {note}\n")
