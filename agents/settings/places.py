"""Where a key stands: file and line, so that a message can point at it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .problems import Path as KeyPath

_TABLE = re.compile(r"^\s*\[+\s*([^\[\]#]+?)\s*\]+\s*(#.*)?$")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_MULTILINE = re.compile(r"""\s*(\"{3}|'{3})""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line (from 1) of every table and key of a TOML text, by its path in lower case.

    Keys of a table that is written as one value are at its line.
    """
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    closing = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if closing:
            closing = "" if closing in line else closing
        elif header := _TABLE.match(line):
            table = _parts(header[1])
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            value = line[key.end() :]
            for inside in ((), *_inside(value)):
                lines.setdefault((*table, *_parts(key[1]), *inside), number)
            closing = _left_open(value)
    return lines


def _inside(value: str) -> Iterator[KeyPath]:
    """The keys of a table that is written as one value, `{a = 1}`."""
    if not value.lstrip().startswith("{"):
        return
    try:
        table = tomllib.loads(f"table = {value}")["table"]
    except tomllib.TOMLDecodeError:  # it goes on in the next line
        return
    yield from _paths(table)


def _paths(table: Mapping[str, Any]) -> Iterator[KeyPath]:
    for key, value in table.items():
        yield (key.lower(),)
        if isinstance(value, Mapping):
            yield from ((key.lower(), *inside) for inside in _paths(value))


def _left_open(value: str) -> str:
    """The quotes that end a text of several lines which begins in this line."""
    opened = _MULTILINE.match(value)
    return opened[1] if opened and value.count(opened[1]) == 1 else ""


class Places:
    """Finds the place of a key: the variable that set it, else the last file that did."""

    def __init__(self, files: list[Path], variables: dict[KeyPath, str]) -> None:
        self._files = [(file.name, key_lines(file.read_text(encoding="utf-8"))) for file in files]
        self._variables = {_lower(path): name for path, name in variables.items()}

    def find(self, path: KeyPath) -> str:
        """`file:line` or the variable's name, for the key itself or the nearest table around it."""
        wanted = _lower(path)
        while wanted:
            if place := self._exactly(wanted):
                return place
            wanted = wanted[:-1]
        return self._files[0][0] if self._files else ""

    def knows(self, path: KeyPath) -> bool:
        """Whether a file or variable sets exactly this key."""
        return bool(self._exactly(_lower(path)))

    def layer(self, path: KeyPath) -> int | None:
        """How high the layer stands that sets exactly this key, files from 0, then variables."""
        wanted = _lower(path)
        if any(key[: len(wanted)] == wanted for key in self._variables):
            return len(self._files)
        found = [number for number, (_, lines) in enumerate(self._files) if wanted in lines]
        return found[-1] if found else None

    def _exactly(self, path: KeyPath) -> str:
        if path in self._variables:
            return self._variables[path]
        for name, lines in reversed(self._files):
            if path in lines:
                return f"{name}:{lines[path]}"
        return ""


def _parts(dotted: str) -> KeyPath:
    return tuple(part.strip("\"'").lower() for part in _PART.findall(dotted))


def _lower(path: KeyPath) -> KeyPath:
    return tuple(part.lower() for part in path)
