"""The page's build: made with npm in a checkout, where it is missing or older than its sources.

Stands on the standard library alone, because building the wheel uses it too.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

WEBCLIENT = Path(__file__).parents[2] / "webclient"
"""In a checkout the whole web client; in an installed package its build only."""

_SOURCES = ("index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json", "src")
_TELL_SECS = 5.0
_LOOK_SECS = 0.1

Tell = Callable[[str], object]


class PageNotBuilt(Exception):
    """Why there is no build, or none of today's sources, and what to do: one sentence."""


class PageBuild:
    """Makes `dist` in the folder of the web client.

    `tell` is given a line for every step, and one every 5 s while a step takes longer.
    """

    def __init__(self, folder: Path = WEBCLIENT, tell: Tell = lambda _: None) -> None:
        self.folder = folder
        self.dist = folder / "dist"
        self._tell = tell
        self._stopped = threading.Event()

    @property
    def is_there(self) -> bool:
        """Whether there is a build, of whatever age."""
        return (self.dist / "index.html").is_file()

    @property
    def is_due(self) -> bool:
        """Whether the sources are here and have no build, or one that is older than they are."""
        if not (self.folder / "package.json").is_file():
            return False
        return not self.is_there or _newest(self._sources()) > (self.dist / "index.html").stat().st_mtime

    def make(self) -> None:
        """Builds if it is due; whoever comes second waits for the first, and then has nothing to do.

        Raises:
            PageNotBuilt: npm is missing or fails, or `stop` was called.
        """
        if not self.is_due:
            return
        npm = shutil.which("npm")
        if npm is None or shutil.which("node") is None:
            raise PageNotBuilt("the page is not built, which takes Node 20 or later; install it, start again")
        with self._alone():
            if self.is_due:
                self._build(npm)

    def stop(self) -> None:
        """Ends what is running; `make` then raises."""
        self._stopped.set()

    def _build(self, npm: str) -> None:
        began = time.monotonic()
        if self._wants_packages():
            self._run([npm, "ci"])
        fresh = self.folder / "node_modules" / ".page"
        self._run([npm, "run", "build", "--", "--outDir", str(fresh), "--emptyOutDir"])
        self._put_in_place(fresh)
        self._tell(f"the page is built, in {time.monotonic() - began:.0f} s")

    def _put_in_place(self, fresh: Path) -> None:
        """Swaps whole folders, so that nobody is served half a build."""
        before = fresh.with_name(".page-before")
        shutil.rmtree(before, ignore_errors=True)
        if self.dist.exists():
            self.dist.rename(before)
        fresh.rename(self.dist)
        shutil.rmtree(before, ignore_errors=True)

    def _wants_packages(self) -> bool:
        installed = self.folder / "node_modules" / ".package-lock.json"
        wanted = self.folder / "package-lock.json"
        return not installed.is_file() or installed.stat().st_mtime < wanted.stat().st_mtime

    def _run(self, command: list[str]) -> None:
        step = " ".join(["npm", *command[1:3]])
        self._tell(f"building the page: {step}")
        # A session of its own, so that npm ends with all that it has started.
        process = subprocess.Popen(  # noqa: S603
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        began = told = time.monotonic()
        while process.poll() is None:
            if self._stopped.wait(_LOOK_SECS):
                _end(process)
                raise PageNotBuilt("the page is not built: the server was stopped before")
            if time.monotonic() - told >= _TELL_SECS:
                told = time.monotonic()
                self._tell(f"building the page: {step}, {told - began:.0f} s")
        if process.returncode != 0:
            todo = f"run `npm ci && npm run build` in {self.folder} to see why"
            raise PageNotBuilt(f"the page is not built: {step} failed; {todo}")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps other processes from building in the same folder, where the system can."""
        if sys.platform == "win32":
            yield
            return
        import fcntl

        lock = os.open(self.folder, os.O_RDONLY)
        try:
            while not _locked(lock, fcntl.LOCK_EX | fcntl.LOCK_NB):
                if self._stopped.wait(_LOOK_SECS):
                    raise PageNotBuilt("the page is not built: the server was stopped before")
            yield
        finally:
            os.close(lock)

    def _sources(self) -> Iterator[Path]:
        """All that a build is made of; folders too, whose time changes when a file is taken away."""
        for name in _SOURCES:
            path = self.folder / name
            yield path
            yield from path.rglob("*")


def _newest(paths: Iterator[Path]) -> float:
    return max((path.stat().st_mtime for path in paths if path.exists()), default=0.0)


def _locked(lock: int, how: int) -> bool:
    import fcntl

    try:
        fcntl.flock(lock, how)
    except BlockingIOError:
        return False
    return True


def _end(process: "subprocess.Popen[bytes]") -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGTERM)
    process.wait()
