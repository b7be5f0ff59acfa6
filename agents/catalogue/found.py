"""The services and processors of Pipecat that are there to be named, found in its source."""

import ast
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from .extras import PIPECAT, extra_of, root
from .installed import is_installed, needs_an_extra
from .signature import Needed, needed
from .source import Class, Module, read_module

_PROCESSOR = "FrameProcessor"
KINDS = {
    "stt": "Speech recognition",
    "llm": "Language models",
    "tts": "Voices",
    "realtime": "Speech to speech",
    "other": "Other services",
    "processor": "Filters and processors",
}
"""What there is, in the order of the lists."""


@dataclass(frozen=True)
class Found:
    """One class of Pipecat's own."""

    path: str
    kind: str
    about: str
    """The first line of its docstring."""
    needed: tuple[Needed, ...]
    extra: str | None
    """The extra that brings what its module imports; None where Pipecat alone will do."""
    is_installed: bool

    @property
    def obstacles(self) -> list[Needed]:
        """What it needs that no settings file can give; where there is none, it can be named."""
        return [each for each in self.needed if each.kind]


@cache
def found_in_pipecat() -> tuple[Found, ...]:
    """Every service and processor that is neither a base class nor deprecated, sorted by kind and path."""
    order = list(KINDS)
    with _syntax_trees():
        found = [
            _found(cls)
            for module in _modules()
            for cls in (Class(module, node) for node in module.classes.values())
            if _is_offered(cls)
        ]
    return tuple(sorted(found, key=lambda each: (order.index(each.kind), each.path.lower())))


@contextmanager
def _syntax_trees() -> Iterator[None]:
    """Lets go of the trees in the end; until then they are many objects and no garbage, and looking
    for it would take two thirds of the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        read_module.cache_clear()
        if was_enabled:
            gc.enable()


def _modules() -> list[Module]:
    files = [*root().glob("services/*/**/*.py"), *root().glob("processors/**/*.py")]
    names = [".".join((PIPECAT, *file.relative_to(root()).with_suffix("").parts)) for file in files]
    modules = [read_module(name) for name in names if not name.endswith("__init__")]
    return [module for module in modules if module]


def _is_offered(cls: Class) -> bool:
    name = cls.node.name
    if name.startswith(("_", "Base")) or name.endswith("Base") or name == _PROCESSOR:
        return False
    if any("deprecated" in ast.unparse(mark) for mark in cls.node.decorator_list):
        return False
    return any(each.node.name == _PROCESSOR for each in cls.lineage()) and not _unfinished(cls)


def _unfinished(cls: Class) -> set[str]:
    """The abstract methods that neither it nor a nearer base has."""
    abstract: set[str] = set()
    concrete: set[str] = set()
    for each in cls.lineage():
        for node in each.node.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                is_abstract = any("abstractmethod" in ast.unparse(mark) for mark in node.decorator_list)
                (abstract if is_abstract and node.name not in concrete else concrete).add(node.name)
    return abstract


def _found(cls: Class) -> Found:
    module = cls.module.name
    about = (ast.get_docstring(cls.node) or "").partition("\n")[0].rstrip(".")
    extra = extra_of(module) if needs_an_extra(module) else None
    return Found(cls.path, _kind(cls), about, tuple(needed(cls)), extra, is_installed(module))


def _kind(cls: Class) -> str:
    if "services" not in cls.module.name.split("."):
        return "processor"
    if cls.is_a("LLMService"):
        return "realtime" if any(_says_realtime(each) for each in cls.lineage()[:-1]) else "llm"
    return next((kind for kind in ("stt", "tts") if cls.is_a(f"{kind.upper()}Service")), "other")


def _says_realtime(cls: Class) -> bool:
    """Whether it declares itself a service that hears and speaks by itself."""
    told = [n for n in cls.node.body if isinstance(n, ast.FunctionDef) and n.name == "service_metadata_frame"]
    words = (word for each in told for word in ast.walk(each) if isinstance(word, ast.keyword))
    return any(word.arg == "is_realtime_service" and ast.unparse(word.value) == "True" for word in words)
