"""The page of everything with a short name in `docs/`, as Markdown."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from ..component import Component, find_component
from ..options.describe import Option, described

_HEAD = """\
# Components

Made by `agent components --markdown own`; do not edit. Everything that has a short name: the stage is what a
table is called, `use` what it says. A stage without a second name means the component of its own name.
Any option x can come from a variable: `x_env = "NAME"`. Pipecat's own are in
[pipecat-services.md](pipecat-services.md), how to write one of your own in [processors.md](processors.md).
"""


def own_components(names: Iterable[str]) -> str:
    """The whole page, for these short names."""
    parts = [_HEAD]
    parts += ["\n".join(_section(name, find_component("", name, Path()))) for name in sorted(names)]
    return "\n".join(parts)


def _section(name: str, component: Component) -> Iterator[str]:
    stage, _, use = name.partition(".")
    yield f"## `{stage}`{f', use = `{use}`' if use else ''}\n"
    yield _paragraphs(component) + "\n"
    options = described(component.factory, component.parameters, component.options)
    if not options:
        yield "No options.\n"
        return
    yield "| option | type | default | |"
    yield "|---|---|---|---|"
    for option in options:
        yield f"| `{option.name}` | {_kind(option)} | {_default(option)} | {option.about} |"
    yield ""


def _paragraphs(component: Component) -> str:
    lines = (component.factory.__doc__ or "").splitlines()
    return "\n".join(line.strip() for line in lines).strip()


def _kind(option: Option) -> str:
    return f"{option.type} {option.range}".strip().replace("|", "\\|")


def _default(option: Option) -> str:
    if option.is_required:
        return "required"
    return f"`{option.default}`" if option.default else "unset"
