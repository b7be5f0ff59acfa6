"""A team's package, installed outside the repository, brings a component under a short name."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PYPROJECT = """
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "acme-voice"
version = "1.0"

[project.entry-points."turnwise.components"]
"filter.acme" = "acme_voice:AcmeFilter"

[tool.setuptools]
py-modules = ["acme_voice"]
"""

MODULE = '''
from typing import Annotated

from pipecat.processors.frame_processor import FrameProcessor
from pydantic import Field


class AcmeFilter(FrameProcessor):
    """Leaves out what Acme does not want to hear."""

    def __init__(self, *, strength: Annotated[float, Field(ge=0, le=1)] = 0.5, **kwargs):
        super().__init__(**kwargs)
'''

SETTINGS = """
[agents.default]
prompt = "Be brief."
pipeline = "filter"
[agents.default.filter]
use = "acme"
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """A folder that the package was really built for and unpacked into."""
    project, site = tmp_path_factory.mktemp("acme"), tmp_path_factory.mktemp("site")
    (project / "pyproject.toml").write_text(PYPROJECT)
    (project / "acme_voice.py").write_text(MODULE)
    program = "from setuptools import build_meta; build_meta.build_wheel('.')"
    subprocess.run([sys.executable, "-c", program], cwd=project, check=True, capture_output=True)
    (wheel,) = project.glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        file.extractall(site)
    return site


def agent(folder: Path, site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.defpath, "HOME": str(folder), "PYTHONPATH": str(site)}
    command = [Path(sys.executable).parent / "agent", *arguments]
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False
    )


def test_its_short_name_stands_in_an_agents_line(installed, tmp_path):
    (tmp_path / "settings.toml").write_text(SETTINGS)
    shown = agent(tmp_path, installed, "check")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "-> filter ->" in shown.stdout
    assert "  filter: acme\n" in shown.stdout


def test_it_stands_beside_one_of_the_settings_files_folder_and_one_of_pipecats(installed, tmp_path):
    (tmp_path / "our_own.py").write_text(MODULE.replace("AcmeFilter", "OwnFilter"))
    pipecats = "pipecat.processors.filters.identity_filter:IdentityFilter"
    line = SETTINGS.replace('"filter"', '"own -> filter -> pipecats"')
    own = "[agents.default.own]\nuse = 'our_own:OwnFilter'\n"
    text = f"{line}{own}[agents.default.pipecats]\nuse = '{pipecats}'\n"
    (tmp_path / "settings.toml").write_text(text)
    shown = agent(tmp_path, installed, "check")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "-> own -> filter -> pipecats ->" in shown.stdout


def test_its_options_are_checked(installed, tmp_path):
    (tmp_path / "settings.toml").write_text(f"{SETTINGS}strength = 2.0\n")
    shown = agent(tmp_path, installed, "check")
    assert shown.returncode == 2
    assert "settings.toml:7: agents.default.filter.strength: must be less than or equal to 1" in shown.stdout


def test_the_list_of_components_has_it_with_what_it_is(installed, tmp_path):
    listed = agent(tmp_path, installed, "components").stdout
    assert "Leaves out what Acme does not want to hear" in listed
    assert "number from 0 to 1" in agent(tmp_path, installed, "components", "acme").stdout
