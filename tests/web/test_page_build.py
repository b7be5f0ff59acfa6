"""A checkout builds its page with npm, once, and without npm says how."""

import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from turnwise.agents.web.page_build import WEBCLIENT, PageBuild, PageNotBuilt

NPM = """#!/bin/sh
echo "$@" >> {log}
case "$1" in
  ci) mkdir -p node_modules && touch node_modules/.package-lock.json ;;
  run) [ -e fails ] && exit 1
       [ -e hangs ] && sleep 60
       mkdir -p "$5" && echo built > "$5/index.html" ;;
esac
"""


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A web client's folder of long ago, and an npm that writes down what it was asked."""
    folder = tmp_path / "webclient"
    (folder / "src").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "index.html", "src/main.tsx"):
        (folder / name).touch()
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (1_000, 1_000))
    tools = tmp_path / "bin"
    tools.mkdir()
    for name, text in (("npm", NPM.format(log=tmp_path / "asked")), ("node", "#!/bin/sh\n")):
        (tools / name).write_text(text)
        (tools / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    return folder


def asked(checkout):
    log = checkout.parent / "asked"
    return [line.split(" --")[0] for line in log.read_text().splitlines()] if log.exists() else []


def touch(path, secs_from_now=10.0):
    at = time.time() + secs_from_now
    os.utime(path, (at, at))


def test_a_checkout_without_a_build_makes_one_and_then_has_nothing_to_do(checkout):
    told = []
    build = PageBuild(checkout, told.append)
    build.make()
    assert (checkout / "dist" / "index.html").read_text() == "built\n"
    assert told[:2] == ["building the page: npm ci", "building the page: npm run build"]
    assert not build.is_due
    build.make()
    assert asked(checkout) == ["ci", "run build"]


@pytest.mark.parametrize("newer", ["src/main.tsx", "src", "index.html"])
def test_sources_that_changed_are_built_again_without_installing_again(checkout, newer):
    PageBuild(checkout).make()
    touch(checkout / newer)
    PageBuild(checkout).make()
    assert asked(checkout) == ["ci", "run build", "run build"]


def test_other_packages_are_installed_before_building_again(checkout):
    PageBuild(checkout).make()
    touch(checkout / "package-lock.json")
    PageBuild(checkout).make()
    assert asked(checkout) == ["ci", "run build"] * 2


def test_two_at_once_build_once(checkout):
    threads = [threading.Thread(target=PageBuild(checkout).make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked(checkout) == ["ci", "run build"]


def test_a_build_that_fails_leaves_the_one_before_and_says_what_to_do(checkout):
    PageBuild(checkout).make()
    touch(checkout / "src")
    (checkout / "fails").touch()
    with pytest.raises(PageNotBuilt, match=f"npm run build failed; run .* in {checkout} to see why"):
        PageBuild(checkout).make()
    assert (checkout / "dist" / "index.html").read_text() == "built\n"


def test_a_build_under_way_ends_when_the_server_stops(checkout):
    (checkout / "hangs").touch()
    build = PageBuild(checkout)
    threading.Timer(0.3, build.stop).start()
    with pytest.raises(PageNotBuilt, match="stopped"):
        build.make()
    assert not (checkout / "dist").exists()


def test_without_node_it_says_what_to_install(checkout, monkeypatch):
    monkeypatch.setenv("PATH", str(checkout))
    with pytest.raises(PageNotBuilt, match="takes Node 20 or later"):
        PageBuild(checkout).make()


def test_an_installed_package_has_only_the_build_and_never_builds(checkout, monkeypatch):
    (checkout / "package.json").unlink()
    assert not PageBuild(checkout).is_due


def test_the_server_takes_calls_while_the_page_is_built(checkout, tmp_path):
    """The real command, with a web client whose build never ends."""
    (checkout / "hangs").touch()
    code = (
        "import sys; from pathlib import Path; from turnwise.agents.web import page_build; "
        f"page_build.WEBCLIENT = Path({str(checkout)!r}); "
        "sys.argv = ['agent', 'serve', '--port', '0']; from turnwise.agents.cli import main; main()"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "OPENAI_API_KEY": "none"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stdout
    assert server.stdout.readline().startswith("ready http://")
    server.terminate()
    _, told = server.communicate(timeout=30)
    assert "building the page: npm" in told
    assert server.returncode in (0, -15)


def test_this_checkouts_web_client_is_where_it_is_looked_for():
    assert Path(__file__).parents[2] / "webclient" == WEBCLIENT
    assert (WEBCLIENT / "package.json").is_file()
