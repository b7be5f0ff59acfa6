"""The page in a real browser, against a real server: skipped where there is no Chromium, never in CI."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from turnwise.agents.web.page_build import PageBuild, PageNotBuilt

from ..calls.house import House
from ..needed import cannot
from ..side_by_side import SideBySide, chosen_in
from . import chromium
from .town import AT_ONCE, Town


@pytest.fixture(scope="session")
def built_page() -> None:
    """The page is built and up to date, or there is nothing to test."""
    if chromium.found() is None:
        cannot("no Chromium is found; on Debian: apt-get install chromium")
    build = PageBuild(tell=lambda line: sys.stderr.write(f"{line}\n"))
    if build.is_due and shutil.which("npm") is None:
        cannot("the page is not built and there is no npm; install Node 20 or later")
    try:
        build.make()
    except PageNotBuilt as error:
        cannot(str(error))


@pytest.fixture(scope="session")
def town(built_page: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The server and the browsers of all pages."""
    house = House(tmp_path_factory.mktemp("house"))
    yield Town(house, tmp_path_factory.mktemp("town"))
    house.close()


@pytest.fixture(scope="session")
def side_by_side(request: pytest.FixtureRequest, town: Town) -> Iterator[SideBySide]:
    """All selected visits, begun."""
    runner = SideBySide(chosen_in(Path(__file__).parent, request.session), town, AT_ONCE)
    yield runner
    runner.run(town.close())
