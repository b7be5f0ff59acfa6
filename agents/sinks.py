"""Finds where finalised turns go: the database's tables, or a class of one's own."""

import inspect
from collections.abc import Callable
from functools import partial
from pathlib import Path

from .component_error import ComponentError
from .importing import load_object
from .settings.model import TranscriptSettings
from .store.sink import TurnSink

TABLES = "tables"


def find_sink(settings: TranscriptSettings, folder: Path) -> Callable[[], TurnSink] | None:
    """What makes the place that `[transcripts]` names; None for the database's own tables.

    Raises:
        ComponentError: it cannot be found, cannot save, or takes no such options.
    """
    if settings.use == TABLES:
        return None
    factory = load_object("transcripts", settings.use, folder)
    if not callable(getattr(factory, "save", None)):
        raise ComponentError(f"{settings.use} has no `save`", "name a class with `async def save(turn)`")
    try:
        inspect.signature(factory).bind(**settings.options)
    except TypeError as error:
        raise ComponentError(f"{settings.use} cannot be made so ({error})", "change its options") from None
    return partial(factory, **settings.options)


def try_sink(settings: TranscriptSettings, folder: Path) -> None:
    """Makes it once, before any call needs it.

    Raises:
        ComponentError: it cannot be found, or raises when it is made.
    """
    make = find_sink(settings, folder)
    try:
        if make:
            make()
    except (Exception, SystemExit) as error:
        # Not its words: they may quote a key that it was given.
        wrong = f"{settings.use} raises {type(error).__name__} when built"
        raise ComponentError(wrong, "change its options or mend it") from error
