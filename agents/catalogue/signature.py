"""What the constructor of a class asks for, and whether a settings file can say it; from source alone."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from .source import Class, find_class

_PLAIN = {"str", "int", "float", "bool", "Any", "object", "Path", "SecretStr", "list", "dict", "tuple", "set"}
_LISTS = {"list", "tuple", "set", "frozenset", "Sequence", "Iterable"}
_TABLES = {"dict", "Mapping", "MutableMapping"}
_WORDS = {"Callable": "function", "type": "class", "list": "list", "tuple": "list", "Sequence": "list"}
_TABLE_BASES = ("BaseModel", "Enum", "TypedDict", "StrEnum")
HANDED_IN = "aiohttp.ClientSession"
"""What a call hands to a component that asks for it."""


@dataclass(frozen=True)
class Needed:
    """A parameter without a default."""

    name: str
    kind: str
    """What it is, where no settings file can give it; else empty."""


def needed(cls: Class) -> list[Needed]:
    """The parameters that have to be given, those of the bases included as far as `**kwargs` goes."""
    seen: dict[str, Needed] = {}
    optional: set[str] = set()
    for owner in cls.lineage():
        init = next(
            (n for n in owner.node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None
        )
        if init is None:
            continue
        for argument, default in _arguments(init):
            name = argument.arg
            if default is not None:
                optional.add(name)
            elif name not in optional and not _is_handed_in(argument):
                seen.setdefault(name, Needed(name, _unreadable(argument.annotation, owner)))
        if init.args.kwarg is None:
            break
    return list(seen.values())


def _arguments(init: ast.FunctionDef) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    positional = init.args.args[1:]
    without_default = [None] * (len(positional) - len(init.args.defaults))
    yield from zip(positional, [*without_default, *init.args.defaults], strict=True)
    yield from zip(init.args.kwonlyargs, init.args.kw_defaults, strict=True)


def _is_handed_in(argument: ast.arg) -> bool:
    return argument.annotation is not None and ast.unparse(argument.annotation) == HANDED_IN


def _unreadable(node: ast.expr | None, owner: Class) -> str:
    """What an annotation is that no TOML value can become; empty where one can."""
    match node:
        case None:
            return "value without a type"
        case ast.Constant(value=str(text)):
            return _unreadable(ast.parse(text, mode="eval").body, owner)
        case ast.Constant():
            return ""
        case ast.BinOp(left=left, right=right):
            kinds = [_unreadable(part, owner) for part in (left, right) if not _is_none(part)]
            return "" if "" in kinds else kinds[0]
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner):
            return _unreadable_generic(name, inner, owner)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _unreadable_name(name, owner)
    return ast.unparse(node)


def _unreadable_generic(name: str, inner: ast.expr, owner: Class) -> str:
    parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    parts = [part for part in parts if not (isinstance(part, ast.Constant) and part.value is Ellipsis)]
    if name == "Literal":
        return ""
    if name in ("Optional", "Union"):
        kinds = [_unreadable(part, owner) for part in parts if not _is_none(part)]
        return "" if "" in kinds else kinds[0]
    if name in _LISTS:
        kinds = [_unreadable(part, owner) for part in parts]
        return "" if "" in kinds else f"list of {kinds[0]}"
    if name in _TABLES:
        return _unreadable(parts[-1], owner)
    return _WORDS.get(name, name)


def _unreadable_name(name: str, owner: Class) -> str:
    if name in _PLAIN:
        return ""
    found = _inside(name, owner) or find_class(owner.module, name)
    if found:
        return "" if _is_table_or_enum(found) else name
    if name in owner.module.assigned:
        return _unreadable(owner.module.assigned[name], owner)
    return _WORDS.get(name, name)


def _inside(name: str, owner: Class) -> Class | None:
    """What a class calls so itself: `Settings = XSettings` or a class in the class."""
    for node in owner.node.body:
        match node:
            case ast.ClassDef(name=inner) if inner == name:
                return Class(owner.module, node)
            case ast.Assign(targets=[ast.Name(id=target)], value=ast.Name(id=meant)) if target == name:
                return find_class(owner.module, meant)
    return None


def _is_table_or_enum(cls: Class) -> bool:
    is_dataclass = any("dataclass" in ast.unparse(mark) for mark in cls.node.decorator_list)
    return is_dataclass or any(cls.is_a(base) for base in _TABLE_BASES)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
