"""Reads the modules of a package as text: which classes they define, and what their names mean."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from .extras import PIPECAT, source_of


@dataclass(frozen=True)
class Module:
    """One module: what is defined at its top, and what it imports."""

    name: str
    tree: ast.Module
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)
    """What a name stands for, as module and attribute; the attribute is empty for a whole module."""
    assigned: dict[str, ast.expr] = field(default_factory=dict)


@dataclass(frozen=True)
class Class:
    """A class as its source shows it."""

    module: Module
    node: ast.ClassDef

    @property
    def path(self) -> str:
        """As a settings file names it."""
        return f"{self.module.name}:{self.node.name}"

    def bases(self) -> list["Class"]:
        """The bases that are Pipecat's own."""
        named = [base.value if isinstance(base, ast.Subscript) else base for base in self.node.bases]
        found = [find_class(self.module, ast.unparse(base)) for base in named]
        return [base for base in found if base]

    def lineage(self) -> list["Class"]:
        """The class and all its bases, the nearest first; a base that is shared stands last."""
        line = [self]
        for base in self.bases():
            line += base.lineage()
        seen = {each.path: each for each in reversed(line)}
        return list(reversed(seen.values()))

    def is_a(self, name: str) -> bool:
        """Whether a base, or it itself, is called so; bases from elsewhere count by their names."""
        return any(
            each.node.name == name or name in {ast.unparse(b) for b in each.node.bases}
            for each in self.lineage()
        )


@cache
def read_module(name: str) -> Module | None:
    """A module of Pipecat, or None where there is none of that name."""
    file = source_of(name) if name.partition(".")[0] == PIPECAT else None
    if file is None:
        return None
    module = Module(name, ast.parse(file.read_text(encoding="utf-8")))
    for node in statements(module.tree.body):
        match node:
            case ast.ClassDef():
                module.classes[node.name] = node
            case ast.ImportFrom(module=str(source), level=0):
                module.imported.update({a.asname or a.name: (source, a.name) for a in node.names})
            case ast.Import():
                module.imported.update({a.asname or a.name: (a.name, "") for a in node.names})
            case ast.Assign(targets=[ast.Name(id=target)]):
                module.assigned[target] = node.value
    return module


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, those under `try` and `if` included."""
    for node in body:
        yield node
        if isinstance(node, ast.Try):
            yield from statements(node.body)
        elif isinstance(node, ast.If):
            yield from statements([*node.body, *node.orelse])


def find_class(module: Module, name: str, hops: int = 10) -> Class | None:
    """The class of Pipecat that a name means in a module, followed through what imports it."""
    if name in module.classes:
        return Class(module, module.classes[name])
    source, attribute = module.imported.get(name, ("", ""))
    imported = read_module(source) if attribute and hops else None
    return find_class(imported, attribute, hops - 1) if imported else None
