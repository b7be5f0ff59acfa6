"""Pipecat's extras: which one a module needs, as the package itself says."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata, requires
from importlib.util import find_spec
from pathlib import Path

PIPECAT = "pipecat"
DISTRIBUTION = "pipecat-ai"
_HINT = re.compile(rf"{DISTRIBUTION}\[([\w,\s-]+)\]")


def install(extra: str) -> str:
    """What to do where an extra is missing."""
    return f'install it with: uv add "{DISTRIBUTION}[{extra}]"'


def extra_of(module: str) -> str | None:
    """The extra that a module of Pipecat needs, several as `a,b`.

    Pipecat's modules name it in what they say when it is missing; else it is called like the
    vendor's folder, or requires a distribution that is. It counts only if there is such an extra.
    """
    return next(_extras_of(module), None)


@cache
def provided() -> frozenset[str]:
    """The names of all extras of the installed distribution."""
    try:
        return frozenset(metadata(DISTRIBUTION).get_all("Provides-Extra") or ())
    except PackageNotFoundError:
        return frozenset()


@cache
def root() -> Path:
    """The folder of the installed package."""
    spec = find_spec(PIPECAT)
    return Path(next(iter((spec and spec.submodule_search_locations) or ())))


def source_of(module: str) -> Path | None:
    """The file of a module of Pipecat, found without importing anything."""
    path = root().joinpath(*module.split(".")[1:])
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def _extras_of(module: str) -> Iterator[str]:
    file = source_of(module)
    for hint in _HINT.findall(file.read_text(encoding="utf-8")) if file else ():
        names = [name.strip() for name in hint.split(",")]
        if provided().issuperset(names):
            yield ",".join(names)
    for name in (folder.replace("_", "-") for folder in reversed(module.split(".")[2:])):
        if name in provided():
            yield name
        yield from (match[1] for r in requires(DISTRIBUTION) or () if (match := _required(name, r)))


def _required(name: str, requirement: str) -> re.Match[str] | None:
    """The extra that a requirement belongs to, if it is of a distribution of this name."""
    return re.match(rf"{re.escape(name)}\b(?!-).*extra == .([\w-]+)", requirement)
