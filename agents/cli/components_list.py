"""Everything that can be named, as lists in a terminal."""

from rich.table import Table
from rich.text import Text

from ..catalogue.found import KINDS, Found, found_in_pipecat
from ..catalogue.short import about, by_stage
from ..importing import short_names
from .paper import columns, paper

_HINTS = (
    "agent components NAME     its options, as `agent components stt.openai`",
    "agent components PATH     the same for a module:Class",
)


def show_all() -> None:
    """Prints the short names and Pipecat's own classes."""
    console = paper()
    console.print(Text("Short names", "bold"))
    console.print(_short())
    for kind, title in KINDS.items():
        found = [each for each in found_in_pipecat() if each.kind == kind]
        ready = sum(each.is_installed and not each.obstacles for each in found)
        console.print(
            Text.assemble((f"Pipecat: {title.lower()}", "bold"), f"   {ready} of {len(found)} ready")
        )
        console.print(_listed(found))
    for hint in _HINTS:
        console.print(Text(hint, "dim"))


def _short() -> Table:
    table = columns("stage", "use", "what it is")
    shown = ""
    for stage, name, entry in by_stage(short_names()):
        table.add_row(Text(stage if stage != shown else ""), Text(name, "cyan"), Text(about(entry)))
        shown = stage
    return table


def _listed(found: list[Found]) -> Table:
    table = columns("", "use", "required", "")
    for each in found:
        required = ", ".join(needed.name for needed in each.needed)
        table.add_row(_mark(each), Text(each.path, "cyan"), Text(required), _remark(each))
    return table


def _mark(found: Found) -> Text:
    if found.obstacles:
        return Text("py", "yellow")
    return Text("ok", "green") if found.is_installed else Text("--", "dim")


def _remark(found: Found) -> Text:
    if found.obstacles:
        first = found.obstacles[0]
        return Text(f"in Python: its {first.name} is a {first.kind}", "yellow")
    if not found.is_installed:
        return Text(f"needs the extra {found.extra}" if found.extra else "needs more to be installed", "dim")
    return Text("")
