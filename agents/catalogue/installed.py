"""What a module of Pipecat imports from elsewhere: whether that is there, and whether it always is."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec

from .extras import PIPECAT
from .source import read_module

_OURS = "turnwise"
_NAME = re.compile(r"[\w.-]+")
_IMPORT_ERRORS = ("ImportError", "ModuleNotFoundError", "Exception")


def is_installed(module: str) -> bool:
    """Whether importing a module of Pipecat would find all that it needs."""
    return all(_is_there(name) for name in foreign_imports(module))


def needs_an_extra(module: str) -> bool:
    """Whether it needs something that does not come with Turnwise alone, installed or not."""
    return not all(_comes_along(name) for name in foreign_imports(module))


@cache
def foreign_imports(name: str) -> frozenset[str]:
    """The modules outside Pipecat that importing this one needs, through Pipecat's own as well."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting += _imports(current)
    return frozenset(each for each in seen if each.partition(".")[0] != PIPECAT)


@cache
def _imports(name: str) -> tuple[str, ...]:
    module = read_module(name) if name.partition(".")[0] == PIPECAT else None
    return tuple(dict.fromkeys(_named(module.tree.body))) if module else ()


def _named(body: list[ast.stmt]) -> Iterator[str]:
    """The modules that these statements import whatever happens."""
    for node in body:
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(module=str(source), level=0):
                yield source
                yield from (
                    f"{source}.{alias.name}" for alias in node.names if _is_module(source, alias.name)
                )
            case ast.Try() if not _is_optional(node):
                yield from _named(node.body)
            case ast.If() if "TYPE_CHECKING" not in ast.unparse(node.test):
                yield from _named(node.body)


def _is_module(source: str, name: str) -> bool:
    """Whether a name imported from a package is a module of it: of a namespace package always."""
    if source.partition(".")[0] == PIPECAT:
        return read_module(f"{source}.{name}") is not None
    return "." not in source and _is_namespace(source)


def _is_optional(node: ast.Try) -> bool:
    """Whether the imports under `try` may fail."""
    for handler in node.handlers:
        kind = ast.unparse(handler.type) if handler.type else "Exception"
        if any(name in kind for name in _IMPORT_ERRORS):
            return not any(isinstance(inner, ast.Raise) for inner in ast.walk(handler))
    return False


@cache
def _is_there(name: str) -> bool:
    top, _, rest = name.partition(".")
    try:
        return find_spec(name if rest and _is_namespace(top) else top) is not None
    except ModuleNotFoundError:
        return False


@cache
def _is_namespace(top: str) -> bool:
    spec = find_spec(top)
    return spec is not None and spec.origin is None


def _comes_along(name: str) -> bool:
    top, _, rest = name.partition(".")
    if rest and _is_namespace(top):
        return ".".join((top, rest.partition(".")[0])) in _modules_that_come_along()
    return top in _modules_that_come_along()


@cache
def _modules_that_come_along() -> frozenset[str]:
    """The modules, two levels deep, of what Turnwise requires without any extra, and Python's own."""
    found = set(sys.stdlib_module_names) | {PIPECAT, _OURS}
    for each in _requirements(_OURS, set()):
        for file in each.files or ():
            if file.suffix in (".py", ".so", ".pyd"):
                parts = [part.partition(".")[0] for part in file.parts[:2]]
                found |= {parts[0], ".".join(parts)}
    return frozenset(found)


def _requirements(name: str, seen: set[str]) -> Iterator[Distribution]:
    """What a distribution requires without extras, and what that requires."""
    key = name.lower().replace("_", "-")
    if key in seen:
        return
    seen.add(key)
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return
    yield found
    for requirement in found.requires or ():
        if "extra ==" not in requirement and (match := _NAME.match(requirement)):
            yield from _requirements(match[0], seen)
