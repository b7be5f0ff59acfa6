"""What is in the wheel is what is in the tree, and the page's build."""

import gzip
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from .needed import cannot

ROOT = Path(__file__).parents[1]
FOLDERS = ("agents", "processors", "transports", "testing")
FILES = ("pyproject.toml", "README.md", "LICENSE", "MANIFEST.in", "settings.toml", ".env.example")
PAGE = ("webclient/dist/index.html", "webclient/dist/assets/index-abc.js", "webclient/dist/assets/deep/a.css")


@pytest.fixture
def tree(tmp_path):
    """The repository with a small build of the page, and beside it what must not be packed."""
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in (*FOLDERS, *FILES, "build_backend"):
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tree / name)
    for name in ("webclient/src/main.tsx", "webclient/node_modules/react/index.js", *PAGE):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(name)
    return tree


def build(tree, what, **more):
    code = f"import sys; sys.path.insert(0, 'build_backend'); import turnwise_build as b; b.{what}('..')"
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=tree, check=False, capture_output=True, text=True, **more)


def wanted():
    code = {
        str(file.relative_to(ROOT))
        for folder in FOLDERS
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    return code | {"settings.toml", ".env.example", *PAGE}


def test_the_wheel_holds_all_of_the_code_what_it_reads_and_the_page(tree):
    built = build(tree, "build_wheel")
    assert built.returncode == 0, built.stderr
    (wheel,) = tree.parent.glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        packed = {name.removeprefix("turnwise/") for name in file.namelist() if name.startswith("turnwise/")}
    assert packed == wanted()


def test_a_wheel_can_be_built_from_the_source_distribution_without_node(tree):
    assert build(tree, "build_sdist").returncode == 0
    (sdist,) = tree.parent.glob("*.tar.gz")
    shutil.rmtree(tree)
    with tarfile.open(sdist) as file:
        file.extractall(tree.parent, filter="data")
    unpacked = tree.parent / sdist.name.removesuffix(".tar.gz")
    here = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    assert wanted() <= here
    assert not any("node_modules" in name or name.startswith(("tests", "webclient/src")) for name in here)
    assert build(unpacked, "build_wheel", env={**os.environ, "PATH": ""}).returncode == 0
    (wheel,) = tree.parent.glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        assert {f"turnwise/{name}" for name in PAGE} <= set(file.namelist())


def test_a_wheel_without_its_page_is_not_built_and_one_sentence_says_why(tree):
    shutil.rmtree(tree / "webclient" / "dist")
    (tree / "webclient" / "package.json").touch()
    built = build(tree, "build_wheel", env={**os.environ, "PATH": ""})
    assert built.returncode == 1
    assert built.stderr == "the page is not built, which takes Node 20 or later; install it, start again\n"


def test_the_page_is_small_enough_for_a_phone_on_the_way():
    dist = ROOT / "webclient" / "dist"
    if not dist.exists():
        cannot("the page is not built: npm run build in webclient")
    sent = sum(len(gzip.compress(file.read_bytes())) for file in dist.rglob("*") if file.is_file())
    assert sent < 115_000
