"""What calls that begin now get: settings, and what is made from them once."""

from dataclasses import dataclass
from pathlib import Path

from .after_call.find import build_after_call
from .after_call.finished import AfterCall
from .secret import load_or_make_secret
from .settings.model import Settings
from .upstream import OpenAIUpstream

_SQLITE = "sqlite:///"


def data_folder(database_url: str) -> Path:
    """Where our own files are: beside an SQLite database, else in the current folder."""
    if database_url.startswith(_SQLITE):
        return Path(database_url.removeprefix(_SQLITE)).resolve().parent
    return Path.cwd()


def call_secret(settings: Settings) -> str:
    """What call tokens are signed with: the one that is set, else one made once and kept.

    Raises:
        ValueError: the kept one cannot be used.
    """
    if settings.auth.secret:
        return settings.auth.secret.get_secret_value()
    return load_or_make_secret(data_folder(settings.database.url.get_secret_value()) / "turnwise.secret")


@dataclass(frozen=True)
class Terms:
    """What calls that begin now get: one frozen settings object, and what is made from it.

    Making them reads files, imports and builds, so a running server does it in a thread.
    """

    settings: Settings
    secret: str
    """What call tokens are signed with."""
    upstream: OpenAIUpstream
    after_call: AfterCall | None

    @classmethod
    def of(cls, settings: Settings, before: "Terms | None" = None) -> "Terms":
        """The terms of these settings; what is set as before is kept with its connections.

        Raises:
            ValueError: the kept secret cannot be used.
            ComponentError: who gets finished meetings cannot be built.
        """
        upstream = after_call = None
        if before and before.settings.openai == settings.openai:
            upstream = before.upstream
        if before and before.settings.after_call == settings.after_call:
            after_call = before.after_call
        return cls(
            settings=settings,
            secret=call_secret(settings),
            upstream=upstream or OpenAIUpstream(settings.openai),
            after_call=after_call or build_after_call(settings.after_call, settings.folder),
        )
