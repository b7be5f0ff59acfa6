"""Which store serves an address."""

from pathlib import Path

from .address import parse_address
from .postgres_store import PostgresStore
from .store import SqlStore

Store = SqlStore | PostgresStore


def open_store(url: str, folder: Path) -> Store:
    """Open the database, with files of our own in `folder`; may take seconds while a file is locked.

    Raises:
        StoreUnavailable: the address, the driver or a file cannot be used.
    """
    if parse_address(url).drivername == "sqlite":
        return SqlStore.open(url)
    return PostgresStore.open(url, folder)
