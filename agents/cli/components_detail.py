"""One component and all its options, in a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..component import Component
from ..component_error import ComponentError
from ..given import given_words
from ..options.describe import Option, described
from .paper import columns, paper


def show_one(component: Component) -> None:
    """Prints the options of a component, or how to build it where settings cannot."""
    console = paper()
    console.print(Text(component.name, "bold cyan"))
    about = (component.factory.__doc__ or "").partition("\n\n")[0]
    console.print(Text(" ".join(about.split())), Text("\n"))
    _obstacle(component, console)
    options = described(component.factory, component.parameters, component.options)
    shown = [option for option in options if not option.is_deprecated]
    console.print(_table(shown) if shown else Text("It has no options.", "dim"))
    for note in _notes(component, len(options) - len(shown)):
        console.print(Text(note, "dim"))
    console.print()


def _obstacle(component: Component, console: Console) -> None:
    try:
        component.check()
    except ComponentError as error:
        console.print(Text(f"{error.wrong};", "yellow"))
        console.print(Text(f"{error.remedy}\n"))


def _table(options: Sequence[Option]) -> Table:
    table = columns("option", "type", "default", "", unbroken=1)
    _add(table, options, "")
    return table


def _add(table: Table, options: Sequence[Option], indent: str) -> None:
    for option in options:
        if option.is_deprecated:
            continue
        default = Text("required", "yellow") if option.is_required else Text(option.default or "unset", "dim")
        name = Text(indent + option.name, "green" if option.inside else "cyan")
        kind = f"{option.type} {option.range}".strip()
        table.add_row(name, Text(kind), default, Text(option.about))
        _add(table, option.inside, indent + "  ")


def _notes(component: Component, deprecated: int) -> list[str]:
    notes = ['Any option x can come from a variable: x_env = "NAME".']
    notes += given_words(component.factory, component.parameters)
    if component.unreadable:
        kinds = ", ".join(f"{name} ({kind})" for name, kind in component.unreadable.items())
        notes.append(f"Only Python can set: {kinds}.")
    if deprecated:
        notes.append(f"{deprecated} deprecated options are not shown.")
    return notes
