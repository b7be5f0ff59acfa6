"""Finds who gets finished meetings: nobody, the built-in webhook, or a class of one's own."""

from pathlib import Path

from ..component import Component
from ..component_error import ComponentError
from ..importing import load_object
from ..settings.model import AfterCallSettings
from ..settings.problems import Path as KeyPath
from ..settings.problems import Problem
from ..settings.values import IsVariable, Place, check_values
from .finished import AfterCall

GROUP = "turnwise.after_call"
_STAGE = "after_call"


def find_after_call(settings: AfterCallSettings, folder: Path) -> Component | None:
    """What `[after_call]` names, with its options to be checked; None for nobody.

    Raises:
        ComponentError: it cannot be found or is nothing that could be built.
    """
    if not settings.is_on:
        return None
    factory = load_object(_STAGE, settings.use, folder, GROUP)
    if not callable(factory):
        raise ComponentError(f"{settings.use} is neither a class nor a function", "name one that is")
    return Component(settings.use, factory)


def check_after_call(
    settings: AfterCallSettings, folder: Path, place: Place, is_variable: IsVariable
) -> tuple[AfterCallSettings | None, list[Problem]]:
    """The settings with the options of what they name checked, and that built once; or what is wrong."""
    try:
        component = find_after_call(settings, folder)
    except ComponentError as error:
        return None, [_problem(error, (_STAGE, "use"), place)]
    if component is None:
        return settings, []
    options, problems = check_values(component.options, settings.options, (_STAGE,), place, is_variable)
    if options is None:
        return None, problems
    given = {name: getattr(options, name) for name in options.model_fields_set}
    checked = settings.model_copy(update=given)
    try:
        build_after_call(checked, folder)
    except ComponentError as error:
        return None, [_problem(error, (_STAGE,), place)]
    return checked, []


def build_after_call(settings: AfterCallSettings, folder: Path) -> AfterCall | None:
    """The object that gets finished meetings; None for nobody.

    Raises:
        ComponentError: it cannot be found, raised when it was built, or has no `deliver`.
    """
    component = find_after_call(settings, folder)
    if component is None:
        return None
    try:
        built = component.factory(**settings.options)
    except ComponentError:
        raise
    except (Exception, SystemExit) as error:
        # Not its words: they may quote a key that it was given.
        wrong = f"{settings.use} raises {type(error).__name__} when built"
        raise ComponentError(wrong, "change its options or mend it") from error
    if not callable(getattr(built, "deliver", None)):
        raise ComponentError(
            f"{settings.use} has no `deliver`", "name a class with `async def deliver(meeting)`"
        )
    return built


def _problem(error: ComponentError, path: KeyPath, place: Place) -> Problem:
    return Problem(".".join(path), error.wrong, error.remedy, place(path))
