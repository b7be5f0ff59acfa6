"""The variables that the OpenAI client knows: whose key, and which server."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from pydantic import SecretStr

from .model import OpenAIAccess
from .problems import Problem

_KEY, _ADDRESS = "OPENAI_API_KEY", "OPENAI_BASE_URL"


def openai_access(variables: Mapping[str, str]) -> OpenAIAccess:
    """What the variables say; an empty one counts as none."""
    key, url = variables.get(_KEY, ""), variables.get(_ADDRESS, "")
    return OpenAIAccess(SecretStr(key) if key else None, url or None)


def wrong_address(variables: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with the server's address, if anything."""
    url = variables.get(_ADDRESS)
    if url and not _is_http_url(url):
        remedy = "write it like https://api.openai.com/v1"
        yield Problem("", "is no address of a server", remedy, _ADDRESS)


def _is_http_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
