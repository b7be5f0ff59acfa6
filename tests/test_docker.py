"""The image is made of what the package is made of."""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_all_code_and_everything_that_the_build_reads_is_sent_to_it():
    sent = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().split() if line[0] == "!"}
    packages = PROJECT["tool"]["setuptools"]["packages"]
    folders = {name.split(".")[1] for name in packages if "." in name}
    data = {pattern.split("/")[0] for pattern in PROJECT["tool"]["setuptools"]["package-data"]["turnwise"]}
    backend = set(PROJECT["build-system"]["backend-path"])
    project = PROJECT["project"]
    assert (
        folders | data | backend | {"pyproject.toml", "uv.lock", project["readme"], *project["license-files"]}
        <= sent
    )


def test_its_extras_exist():
    wanted = set(re.findall(r"--extra (\S+)", DOCKERFILE))
    assert wanted <= PROJECT["project"]["optional-dependencies"].keys()


def test_what_it_runs_is_a_command_of_ours():
    (entry,) = re.findall(r"^ENTRYPOINT (\[.*\])$", DOCKERFILE, re.MULTILINE)
    (command,) = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    words = [
        *shlex.split(entry.strip("[]").replace(",", " ")),
        *shlex.split(command.strip("[]").replace(",", " ")),
    ]
    agent = Path(sys.executable).parent / words[0]
    shown = subprocess.run([agent, words[1], "--help"], capture_output=True, text=True, check=True)
    assert words[2] in shown.stdout


def test_its_health_check_is_a_program():
    (check,) = re.findall(r'"-c", "(.*)"\]', DOCKERFILE)
    compile(check, "HEALTHCHECK", "exec")
