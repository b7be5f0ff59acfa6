"""`agent components`: what a settings file can name."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .failure import CommandFailed


class Page(StrEnum):
    """A page of the documentation that is made here."""

    OWN = "own"
    PIPECAT = "pipecat"


def components(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME|PATH]", help="A short name or a module:Class, to see its options."),
    ] = None,
    markdown: Annotated[
        Page | None, typer.Option(help="Write a page of docs/: what has a short name, or Pipecat's services.")
    ] = None,
    folder: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the settings file is, for modules beside it.")
    ] = Path(),
) -> None:
    """List what a settings file can name, or the options of one component.

    Without an argument: the short names by stage, then every service and processor that Pipecat
    brings, with the extra that it needs. With one: its options with type, range, default and
    meaning, or why it cannot be named and the lines of Python that can.
    """
    if markdown:
        sys.stdout.write(_page(markdown))
    elif name is None:
        from .components_list import show_all

        show_all()
    else:
        _show(name, folder.resolve())


def _page(page: Page) -> str:
    if page is Page.PIPECAT:
        from ..catalogue.found import found_in_pipecat
        from ..catalogue.markdown import as_markdown

        return as_markdown(found_in_pipecat())
    from ..catalogue.own_markdown import own_components
    from ..importing import short_names
    from ..log import set_up_log

    set_up_log("ERROR")
    return own_components(short_names())


def _show(name: str, folder: Path) -> None:
    from ..log import set_up_log

    set_up_log("ERROR")
    from ..component import find_component
    from ..component_error import ComponentError
    from ..importing import full_names
    from .components_detail import show_one

    try:
        found = [find_component("", each, folder) for each in full_names(name)]
    except ComponentError as error:
        raise CommandFailed(str(error), 2) from None
    for component in found:
        show_one(component)
