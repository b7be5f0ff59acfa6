"""The short names that are installed, with a line about each, read without importing them."""

import ast
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path


def about(entry: EntryPoint) -> str:
    """The first line of the docstring of what an entry point names; empty where it cannot be read."""
    module, _, attribute = entry.value.partition(":")
    try:
        spec = find_spec(module)
        tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8")) if spec and spec.origin else None
    except (ImportError, OSError, SyntaxError, ValueError):
        return ""
    kinds = (ast.ClassDef, ast.FunctionDef)
    for node in tree.body if tree else ():
        if isinstance(node, kinds) and node.name == attribute:
            return (ast.get_docstring(node) or "").partition("\n\n")[0].replace("\n", " ").rstrip(".")
    return ""


def by_stage(names: Mapping[str, EntryPoint]) -> list[tuple[str, str, EntryPoint]]:
    """Stage, name in `use`, and entry point, sorted; of a name without a stage both are the same."""
    rows = [(name.partition(".")[0], name.rpartition(".")[2], entry) for name, entry in names.items()]
    return sorted(rows, key=lambda row: row[:2])
