"""Reads the layers: settings.toml < settings.local.toml < .env.local < TURNWISE_* variables."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from dynaconf.utils import object_merge

from .pipeline import drop_replaced, other_way, use_of
from .places import Places
from .problems import Path as KeyPath
from .problems import Problem, SettingsError

PREFIX = "TURNWISE_"
EXTENDS, SHIPPED = "extends", "shipped"
"""`extends = "shipped"` at the top of a settings file puts it on top of the shipped one."""

LOCAL = "settings.local.toml"
SHIPPED_SETTINGS = Path(__file__).parents[2] / "settings.toml"


@dataclass(frozen=True)
class Layers:
    """What the files and variables say, merged but not yet understood."""

    values: dict[str, Any]
    variables: Mapping[str, str]
    """The environment on top of `.env.local`."""
    from_variables: dict[KeyPath, str]
    """Which keys come from a variable, and its name; their values are still text."""
    places: Places
    folder: Path
    """Where components of one's own and relative files are looked for."""
    files: list[Path] = field(default_factory=list)

    def is_committed(self, path: KeyPath) -> bool:
        """Whether a key comes from a file that gets committed."""
        layer = self.places.layer(path)
        return layer is not None and layer < len(self.files) and self.files[layer].name != LOCAL


def read_layers(settings_file: Path | None, environ: Mapping[str, str] | None = None) -> Layers:
    """Reads every layer that there is.

    Raises:
        SettingsError: a file is missing, unreadable or no TOML.
    """
    main, folder = _main_file(settings_file)
    below = [SHIPPED_SETTINGS] if _read_toml(main).get(EXTENDS) == SHIPPED else []
    files = [file for file in (*below, main, folder / LOCAL) if file.is_file()]
    values = _merged(files)
    if below:
        values.pop(EXTENDS)
    variables = {**_dotenv(folder / ".env.local"), **(os.environ if environ is None else environ)}
    from_variables = _apply_variables(values, variables)
    return Layers(values, variables, from_variables, Places(files, from_variables), folder, files)


def _main_file(settings_file: Path | None) -> tuple[Path, Path]:
    if settings_file is not None:
        if not settings_file.is_file():
            raise SettingsError(
                [Problem(str(settings_file), "there is no such file", "name one that exists")]
            )
        return settings_file, settings_file.resolve().parent
    here = Path("settings.toml")
    return (here if here.is_file() else SHIPPED_SETTINGS), Path.cwd()


def _merged(files: list[Path]) -> dict[str, Any]:
    """The files, the later on top: tables merge, anything else is replaced whole.

    dynaconf's merge alone is used: its readers also load `*.local.*` files unasked, cast strings
    that start with `@`, upper-case the keys at the top and join lists.
    """
    values: dict[str, Any] = {}
    for file in files:
        on_top = _read_toml(file)
        _drop_replaced(values, on_top)
        values = object_merge(values, on_top, list_merge="shallow")
    return values


def _drop_replaced(values: dict[str, Any], on_top: Mapping[str, Any]) -> None:
    agents, agents_on_top = values.get("agents"), on_top.get("agents")
    if isinstance(agents, dict) and isinstance(agents_on_top, dict):
        for name, table in agents_on_top.items():
            if isinstance(table, dict) and isinstance(agents.get(name), dict):
                drop_replaced(agents[name], table)


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        message, _, where = str(error).rpartition(" (at ")
        line = "".join(c for c in where.partition(",")[0] if c.isdigit()) or _last_line(file)
        raise SettingsError([Problem("", message, "mend the TOML", f"{file.name}:{line}")]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([Problem("", f"cannot be read ({error})", "", file.name)]) from None


def _last_line(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def _dotenv(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    return {key: value for key, value in dotenv_values(file, interpolate=False).items() if value is not None}


def _apply_variables(values: dict[str, Any], variables: Mapping[str, str]) -> dict[KeyPath, str]:
    """Puts TURNWISE_A__B variables in, as text; a key that stands in a file keeps its spelling."""
    applied: dict[KeyPath, str] = {}
    names = [name for name in variables if name.startswith(PREFIX)]
    for name in sorted(names, key=lambda name: (not name.endswith("__USE"), name)):
        path = _put(values, name.removeprefix(PREFIX).split("__"), variables[name])
        applied[path] = name
    return applied


def _put(table: dict[str, Any], parts: list[str], text: str) -> KeyPath:
    path: list[str] = []
    for part in parts[:-1]:
        path.append(_spelling(table, part))
        inner = table.setdefault(path[-1], {})
        if not isinstance(inner, dict):
            inner = table[path[-1]] = {}
        table = inner
    path.append(_spelling(table, parts[-1]))
    if path[0] == "agents" and path[-1] == "use" and use_of(path[-2], table) != text:
        table.clear()
    if path[0] == "agents":
        table.pop(other_way(path[-1]), None)
    table[path[-1]] = text
    return tuple(path)


def _spelling(table: dict[str, Any], part: str) -> str:
    return next((key for key in table if key.lower() == part.lower()), part.lower())
