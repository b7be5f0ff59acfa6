"""The few lines of Python that build what a settings file cannot."""

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

_FILE = "my_parts"


def in_python(
    factory: Callable[..., Any], parameters: Mapping[str, inspect.Parameter], unreadable: Mapping[str, str]
) -> str:
    """What to write, where, and how to name it."""
    needed = [name for name, p in parameters.items() if p.default is inspect.Parameter.empty]
    return recipe(factory.__module__, factory.__name__, needed, list(unreadable))


def recipe(module: str, cls: str, needed: list[str], unreadable: list[str]) -> str:
    """The same for a class of which only the source is known."""
    function = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", cls).lower()
    options = [name for name in needed if name not in unreadable]
    signature = f"*, {', '.join(f'{name}: str' for name in options)}" if options else ""
    arguments = ", ".join(f"{name}={'...' if name in unreadable else name}" for name in needed)
    return (
        f'write {_FILE}.py beside the settings file and name it: use = "{_FILE}:{function}"\n'
        f"    from {module} import {cls}\n"
        f"\n"
        f"    def {function}({signature}) -> {cls}:\n"
        f"        return {cls}({arguments})"
    )
