"""The secret that signs call tokens: configured, or made once and kept in a file."""

import os
import secrets
import stat
from pathlib import Path

SHORTEST_SECRET_BYTES = 32


def check_secret(secret: str) -> None:
    """Return if the secret is long enough to sign with.

    Raises:
        ValueError: it is not; the sentence says what to do and does not quote it.
    """
    if len(secret.encode()) < SHORTEST_SECRET_BYTES:
        raise ValueError(
            f"the secret is shorter than {SHORTEST_SECRET_BYTES} bytes; "
            "set TURNWISE_AUTH__SECRET to a longer one, as `openssl rand -hex 32` prints"
        )


def load_or_make_secret(path: Path) -> str:
    """The secret kept in `path`, made at the first call and the same for all processes.

    Raises:
        ValueError: others may read the file, its content is too short, or it cannot be read or made.
    """
    try:
        if not path.exists():
            _make(path)
        return _load(path)
    except OSError as error:
        raise ValueError(
            f"{path}: {error.strerror}; make the file readable and its folder writable, "
            "or set TURNWISE_AUTH__SECRET"
        ) from error


def _make(path: Path) -> None:
    """Write it aside and link it into place: of several processes one wins, and none reads half a file."""
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        path.hardlink_to(aside)
    except FileExistsError:
        pass
    finally:
        aside.unlink()


def _load(path: Path) -> str:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise ValueError(
            f"{path}: others may read it (mode {mode:04o}); delete it to have a new one made, or chmod 600 it"
        )
    secret = path.read_text(errors="replace").strip()
    if len(secret.encode()) < SHORTEST_SECRET_BYTES:
        raise ValueError(
            f"{path}: shorter than {SHORTEST_SECRET_BYTES} bytes; delete it to have a new one made"
        )
    return secret
