"""CORS for the origins of now."""

from collections.abc import Callable, Collection
from typing import Any

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp


class OwnOrigins(CORSMiddleware):
    """Asks for the list with every request, since settings may be read again."""

    def __init__(self, app: ASGIApp, allowed: Callable[[], Collection[str]], **more: Any) -> None:
        super().__init__(app, **more)
        self._allowed = allowed

    def is_allowed_origin(self, origin: str) -> bool:
        """Whether a page from there may read our answers."""
        return origin in self._allowed()
