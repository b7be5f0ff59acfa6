"""Database addresses as people write them; which driver serves them is our business."""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from .errors import StoreUnavailable

_KINDS = {"sqlite", "postgresql"}


class BadAddress(StoreUnavailable):
    """An address that nothing can be opened with; neither of its sentences repeats it."""

    def __init__(self, wrong: str, remedy: str) -> None:
        super().__init__(f"database.url: {wrong}; {remedy}")
        self.wrong = wrong
        self.remedy = remedy


def parse_address(url: str) -> URL:
    """The parts of `sqlite:///file` or `postgresql://user@host/name`.

    Raises:
        BadAddress: it is neither.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.drivername not in _KINDS or parsed.database in {None, "", ":memory:"}:
        raise BadAddress(
            "not a database that can be used",
            "write sqlite:///turnwise.db or postgresql://user@host/name",
        )
    return parsed


def check_address(url: str) -> BadAddress | None:
    """Why no database could be opened with this address; looks for no file and connects to no server."""
    try:
        parsed = parse_address(url)
        if parsed.drivername == "postgresql":
            from . import postgres

            postgres.open_engine(parsed).dispose()
    except BadAddress as bad:
        return bad
    return None
