"""Builds the distributions with setuptools, and before that the page that belongs in them.

An editable install needs no page and so no Node: `agent serve` builds it when it is wanted.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import (
    build_editable,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

_ROOT = Path(__file__).parents[1]


def build_wheel(*arguments: Any, **options: Any) -> str:
    """The wheel, with the page in it."""
    _build_page()
    return build_meta.build_wheel(*arguments, **options)


def build_sdist(*arguments: Any, **options: Any) -> str:
    """The source distribution, with the page's build in place of its sources."""
    _build_page()
    return build_meta.build_sdist(*arguments, **options)


def _build_page() -> None:
    made = _page_build()
    build = made.PageBuild(_ROOT / "webclient", tell=lambda line: sys.stderr.write(f"{line}\n"))
    try:
        build.make()
    except made.PageNotBuilt as error:
        raise SystemExit(f"{error}") from None
    if not build.is_there:
        raise SystemExit(f"{build.dist}: the page is not there; build from a checkout of the repository")


def _page_build() -> Any:
    """The module by its file: the package that it is in wants what is not installed yet."""
    spec = spec_from_file_location("page_build", _ROOT / "agents" / "web" / "page_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
