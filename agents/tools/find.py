"""Finds the tools that an agent names."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ..component_error import ComponentError
from ..importing import load_object, short_names
from .signature import UnusableTool, read_tool
from .tool import Tool

GROUP = "turnwise.tools"
"""Entry points that give a tool a short name, as `end_call`."""


def find_tools(uses: Sequence[str], folder: Path) -> tuple[list[Tool], list[ComponentError]]:
    """The tools in order, and what is wrong with those that cannot be used."""
    tools: list[Tool] = []
    problems: list[ComponentError] = []
    for use in uses:
        try:
            tools.append(find_tool(use, folder))
        except ComponentError as error:
            problems.append(error)
        except UnusableTool as unusable:
            problems += unusable.problems
    for name, count in Counter(tool.name for tool in tools).items():
        if count > 1:
            problems.append(
                ComponentError(f"{count} tools are called {name}", "take out or rename all but one")
            )
    return tools, problems


def find_tool(use: str, folder: Path) -> Tool:
    """The tool that a short name or `module:function` stands for.

    Raises:
        ComponentError: nothing is called that, or importing it fails.
        UnusableTool: it is no async function with a docstring and types.
    """
    path = use if ":" in use else _path(use)
    return read_tool(use, load_object("tools", path, folder))


def _path(short_name: str) -> str:
    entry = short_names(GROUP).get(short_name)
    if entry is None:
        known = ", ".join(sorted(short_names(GROUP)))
        raise ComponentError(
            f"no tool is called {short_name!r}", f"name a module:function; short names are {known}"
        )
    return entry.value
