"""What has to be set before a server may open its doors."""

from collections.abc import Iterator

from ..secret import SHORTEST_SECRET_BYTES
from .model import AuthSettings, ServerSettings
from .problems import Path as KeyPath


def open_doors(server: ServerSettings, auth: AuthSettings) -> Iterator[tuple[KeyPath, str, str]]:
    """Where anybody could come in: the key, what is wrong with it and what to do."""
    secret = auth.secret.get_secret_value() if auth.secret else None
    if secret is not None and len(secret.encode()) < SHORTEST_SECRET_BYTES:
        wrong = f"is shorter than {SHORTEST_SECRET_BYTES} bytes"
        yield ("auth", "secret"), wrong, "make one with `openssl rand -hex 32`"
    if server.is_loopback:
        return
    for key, value in (("secret", auth.secret), ("api_key", auth.api_key)):
        if value is None or not value.get_secret_value():
            wrong = f"is not set, and {server.host} can be reached from other machines"
            yield ("auth", key), wrong, f"set TURNWISE_AUTH__{key.upper()} or bind to 127.0.0.1"
