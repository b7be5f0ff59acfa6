"""The direction of the house: the core knows neither of its sisters, and nobody goes in circles."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("agents", "processors", "transports", "testing")
FILES = sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py"))


def module_of(file: Path) -> tuple[str, ...]:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


MODULES = {module_of(file) for file in FILES}


def imports_at_the_top(file):
    """The modules of ours that importing this file imports."""
    package: tuple[str, ...] = file.relative_to(ROOT).parent.parts
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            named: tuple[str, ...] = (*base, *(node.module or "").split(".")) if node.module else base
            if not node.level and named[:1] == ("turnwise",):
                named = named[1:]
            for alias in node.names:
                yield (*named, alias.name) if (*named, alias.name) in MODULES else named


GRAPH = {
    module_of(file): {name for name in imports_at_the_top(file) if name in MODULES} - {module_of(file)}
    for file in FILES
}


def everything_imported_in(file: Path) -> set[str]:
    """The names of all modules imported anywhere in a file, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("sister", ["processors", "transports"])
def test_the_core_imports_neither_of_its_sisters(sister):
    core = [file for file in FILES if module_of(file)[0] == "agents"]
    named = {name for file in core for name in everything_imported_in(file)}
    ours = [name for name in named if name.startswith((".", "turnwise"))]
    assert [name for name in ours if sister in name.split(".")] == []


def test_processors_and_transports_do_not_import_each_other():
    for mine, other in (("processors", "transports"), ("transports", "processors")):
        found = [m for m, names in GRAPH.items() if m[0] == mine and any(n[:1] == (other,) for n in names)]
        assert found == []


def test_the_kit_needs_the_core_alone_and_nobody_needs_the_kit():
    kit = {module for module in GRAPH if module[:1] == ("testing",)}
    needed = {name[:1] for module in kit for name in GRAPH[module]}
    assert needed == {("agents",), ("testing",)}
    users = [module for module, names in GRAPH.items() if module not in kit and names & kit]
    assert users == [("agents", "cli", "starter", "test_say_as")]


def test_no_module_imports_itself_by_a_detour():
    circles = [module for module in GRAPH if module in reachable(module)]
    assert circles == []


def reachable(start):
    seen, queue = set(), list(GRAPH[start])
    while queue:
        module = queue.pop()
        if module not in seen:
            seen.add(module)
            queue.extend(GRAPH.get(module, ()))
    return seen


def test_the_graph_is_not_empty():
    assert ("agents", "state") in GRAPH[("agents", "call_context")]
