"""What the docs show works as it is shown."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_on_processors_runs_block_by_block(tmp_path):
    blocks = BLOCK.findall((ROOT / "docs" / "processors.md").read_text())
    assert {language for language, _, _ in blocks} == {"python", "toml", "console"}
    for language, name, text in blocks:
        if language == "console":
            for command, shown in re.findall(r"^\$ (.*)\n((?:[^$].*\n)*)", text, re.MULTILINE):
                output = run(tmp_path, command)
                for line in shown.splitlines():
                    assert line in output, f"{command}: {output}"
        else:
            (tmp_path / name).write_text(text)


def run(folder, command):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"
    done = subprocess.run(
        shlex.split(command),
        cwd=folder,
        env={"PATH": path, "HOME": str(folder)},
        executable=Path(sys.executable).parent / shlex.split(command)[0],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
