"""The few lines of Python that build what a settings file cannot."""

import inspect
import re
from collections.abc import Callable, Container, Mapping
from typing import Any

_FILE = "my_parts"
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TYPES = (str, int, float, bool)


def in_python(
    factory: Callable[..., Any], parameters: Mapping[str, inspect.Parameter], unreadable: Container[str]
) -> str:
    """What to write, where, and how to name it; what is left to fill in is `...`."""
    module, cls = factory.__module__, factory.__name__
    needed = [p for p in parameters.values() if p.default is inspect.Parameter.empty]
    options = [_with_type(p) for p in needed if p.name not in unreadable]
    signature = ", ".join(["*", *options]) if options else ""
    arguments = ", ".join(f"{p.name}={'...' if p.name in unreadable else p.name}" for p in needed)
    function = _WORDS.sub("_", cls).lower()
    return (
        f'write {_FILE}.py beside the settings file and name it: use = "{_FILE}:{function}"\n'
        f"    from {module} import {cls}\n"
        f"\n"
        f"    def {function}({signature}) -> {cls}:\n"
        f"        return {cls}({arguments})"
    )


def _with_type(parameter: inspect.Parameter) -> str:
    kind = parameter.annotation
    return f"{parameter.name}: {kind.__name__}" if kind in _TYPES else parameter.name
