"""Knows which modules of a team have changed on disk since they were imported."""

import sys
from collections.abc import Iterator
from pathlib import Path

from .settings.model import Settings


class Modules:
    """Code is imported once: a module cannot be exchanged under the calls that run in it.

    So a change of it has to be told, and waits for a restart.
    """

    def __init__(self, settings: Settings) -> None:
        self._seen: dict[str, int] = {}
        self.changed(settings)

    def changed(self, settings: Settings) -> list[str]:
        """The modules beside the settings file whose file is another than when they were first seen."""
        found = {name: file.stat().st_mtime_ns for name, file in _beside(settings) if file.is_file()}
        self._seen = found | self._seen
        return sorted(name for name, time in found.items() if self._seen[name] != time)


def _beside(settings: Settings) -> Iterator[tuple[str, Path]]:
    for use in _uses(settings):
        name, colon, _ = use.partition(":")
        file = getattr(sys.modules.get(name), "__file__", None)
        if colon and file and Path(file).is_relative_to(settings.folder):
            yield name, Path(file)


def _uses(settings: Settings) -> Iterator[str]:
    yield settings.transcripts.use
    yield settings.after_call.use
    for agent in settings.agents.values():
        yield from (stage.use for stage in agent.stages)
        yield from agent.fields.tools
