"""`agent init`: a folder to start from."""

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from .failure import CommandFailed

_STARTER = Path(__file__).parent / "starter"
_SHIPPED = Path(__file__).parents[2]
FILES = {
    "settings.toml": _STARTER / "settings.toml",
    ".env.example": _SHIPPED / ".env.example",
    ".gitignore": _STARTER / "gitignore",
    "say_as.py": _STARTER / "say_as.py",
    "test_say_as.py": _STARTER / "test_say_as.py",
    "README.md": _STARTER / "README.md",
}
_NEXT = """Next:{cd}
  {agent} check    draws the line that a call gets
  {agent} serve    takes calls; without a key a sandbox stands in for OpenAI
  pytest         tests the processor in say_as.py (pip install pytest)
"""


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Where to; made if it is not there.", show_default=False)
    ] = Path(),
) -> None:
    """Start a project: settings, and one processor of your own with its test.

    Writes settings.toml, .env.example, .gitignore, README.md, say_as.py and test_say_as.py. The
    settings say only what differs from the shipped ones; the processor stands between the model
    and the voice and changes how words are said. Nothing is ever overwritten: where one of these
    files is there already, nothing at all is written, and the command exits with 1.
    """
    there = [name for name in FILES if (folder / name).exists()]
    if there:
        raise CommandFailed(
            f"{folder}: {', '.join(there)} is there already; nothing was written, name another folder"
        )
    try:
        _write(folder)
    except OSError as error:
        raise CommandFailed(
            f"{error.filename}: {error.strerror}; name a folder that can be written"
        ) from None
    cd = f"\n  cd {folder}" if folder != Path() else ""
    sys.stdout.write(
        "".join(f"wrote {folder / name}\n" for name in FILES) + _NEXT.format(cd=cd, agent=_agent())
    )


def _agent() -> str:
    """What this command is called from another folder."""
    return "agent" if shutil.which("agent") else str(Path(sys.argv[0]).absolute())


def _write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in FILES.items():
        with (folder / name).open("x", encoding="utf-8") as file:
            file.write(source.read_text(encoding="utf-8"))
