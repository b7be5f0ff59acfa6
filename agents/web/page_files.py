"""The files of the page's build, in memory."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/vnd.microsoft.icon",
    ".woff2": "font/woff2",
}
"""Said here, because what Python knows of them is the operating system's opinion."""

_SMALLER_ZIPPED = (".html", ".js", ".css", ".svg")


@dataclass(frozen=True)
class PageFile:
    """One file, ready to be sent."""

    body: bytes
    zipped: bytes | None
    """The body in gzip, where that is worth it."""
    media_type: str
    etag: str

    @classmethod
    def read(cls, path: Path) -> "PageFile":
        """Reads and compresses it."""
        body = path.read_bytes()
        zipped = gzip.compress(body, mtime=0) if path.suffix in _SMALLER_ZIPPED else None
        media_type = _MEDIA_TYPES.get(path.suffix, "application/octet-stream")
        return cls(body, zipped, media_type, f'W/"{hashlib.sha256(body).hexdigest()[:20]}"')


def page_files(dist: Path) -> Mapping[str, PageFile]:
    """All files of a build by their path below `dist`, none where there is no build.

    What isn't in here is not served: no path of a request ever meets the disk. Read again when the
    build is made anew.
    """
    try:
        changed_ns = (dist / "index.html").stat().st_mtime_ns
    except OSError:
        return {}
    return _read(dist, changed_ns)


@lru_cache(maxsize=1)
def _read(dist: Path, changed_ns: int) -> Mapping[str, PageFile]:
    files = (path for path in dist.rglob("*") if path.is_file())
    return {path.relative_to(dist).as_posix(): PageFile.read(path) for path in files}
