"""Finds what a short name or `module:attribute` stands for, and says in one sentence why it cannot."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from traceback import walk_tb
from typing import Any

from loguru import logger

from .catalogue.extras import PIPECAT, extra_of, install
from .component_error import ComponentError

GROUP = "turnwise.components"


def load_object(stage: str, use: str, folder: Path, group: str = GROUP) -> Any:
    """What a short name or `module:attribute` stands for.

    Raises:
        ComponentError: nothing is called that, or importing it fails.
    """
    if ":" in use:
        return _import(use, folder)
    found = short_names(group)
    entry = found.get(f"{stage}.{use}") or found.get(use)
    if entry is None:
        ours = (name for name in found if group != GROUP or name.startswith(f"{stage}."))
        known = sorted(name.removeprefix(f"{stage}.") for name in ours)
        listed = f"short names for {stage} are {', '.join(known)}" if known else "name a module:Class"
        raise ComponentError(f"no component is called {use!r}", f"{listed}, or see `agent components`")
    return _import(entry.value, folder)


def full_names(name: str) -> list[str]:
    """The short names that a name may mean where no stage is known, as `stt.openai` for `openai`."""
    if ":" in name or name in short_names():
        return [name]
    return sorted(full for full in short_names() if full.rpartition(".")[2] == name) or [name]


@cache
def short_names(group: str = GROUP) -> dict[str, EntryPoint]:
    """Everything installed that has a short name: components, or what another group is for."""
    return {entry.name: entry for entry in entry_points(group=group)}


def _import(path: str, folder: Path) -> Any:
    """The attribute of a module; the settings file's folder comes last, so that it shadows nothing."""
    module_name, _, attribute = path.partition(":")
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    try:
        with _quiet():
            found = importlib.import_module(module_name)
        for part in attribute.split("."):
            found = getattr(found, part)
    except AttributeError as error:
        raise ComponentError(f"{path} cannot be imported ({error})", "check the spelling") from error
    except (Exception, SystemExit) as error:
        raise _why(path, error, folder) from error
    return found


def _why(path: str, error: BaseException, folder: Path) -> ComponentError:
    missing, asking = _missing_module(error), _module_of_pipecat(error)
    if missing and asking and not missing.startswith(f"{PIPECAT}."):
        if extra := extra_of(asking):
            return ComponentError(f"{path} needs Pipecat's extra {extra}", install(extra))
        return ComponentError(f"{path} needs the module {missing}", "install it")
    if missing:
        is_pipecats = missing.startswith(f"{PIPECAT}.")
        where = "check the spelling" if is_pipecats else f"install it or put it in {folder}"
        return ComponentError(f"{path} cannot be imported (no module {missing})", where)
    said = " ".join(str(error).split())
    return ComponentError(f"{path} cannot be imported ({type(error).__name__}: {said})", "mend the module")


def _missing_module(error: BaseException | None) -> str | None:
    """The module that was not there; Pipecat wraps that into an ImportError of its own."""
    while error:
        if isinstance(error, ModuleNotFoundError) and error.name:
            return error.name
        error = error.__cause__
    return None


def _module_of_pipecat(error: BaseException) -> str | None:
    """The first of Pipecat's modules on the way to an error."""
    for frame, _ in walk_tb(error.__traceback__):
        name = frame.f_globals.get("__name__", "")
        if name.startswith(f"{PIPECAT}."):
            return name
    return None


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what Pipecat's modules log when something is not installed: we say it ourselves."""
    logger.disable(PIPECAT)
    try:
        yield
    finally:
        logger.enable(PIPECAT)
