"""`agent serve`: the server."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import SecretStr

from ..settings.model import OpenAIAccess, Settings
from ..settings.problems import Problem, SettingsError
from .failure import CommandFailed
from .settings_option import SettingsFile, load

if TYPE_CHECKING:
    from ..web.certificate import Certificate
    from ..web.page_making import PageMaking


def serve(
    settings: SettingsFile = None,
    host: Annotated[
        str | None, typer.Option(help="The address to listen on; anything but loopback wants secrets set.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="0 takes a free one.")] = None,
    tls_cert: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Speak TLS with this certificate chain, a PEM file.")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The certificate's key, a PEM file without password.")
    ] = None,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Use the sandbox even where other machines can call.")
    ] = False,
    build: Annotated[
        bool, typer.Option("--build/--no-build", help="Build the page with npm where it is not up to date.")
    ] = True,
) -> None:
    """Take calls.

    Without OPENAI_API_KEY and OPENAI_BASE_URL, on loopback, a sandbox stands in for OpenAI: real
    speech in and out, a conversationalist made of rules. The line `ready http://…` says that
    calls are taken. Ctrl-C ends them and stops; SIGHUP reads the settings again for the calls that follow.

    Calls come over a WebSocket or over WebRTC. WebRTC's sound takes UDP ports of its own, any that are free,
    on every network of this machine; docs/webrtc.md says what a firewall needs.

    The page to talk from is at that address. In a checkout it is built with npm beside the calls, when
    its sources are newer than its build.
    """
    from ..log import set_up_log

    set_up_log("ERROR")
    from ..listener import open_listener
    from ..load import load_settings
    from ..web import serving

    overrides = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    read = partial(load_settings, overrides=overrides)
    loaded = load(settings, read)
    set_up_log(loaded.log.level, loaded.log.trusted)
    certificate = _certificate(tls_cert, tls_key)
    try:
        listener = open_listener(loaded.server.host, loaded.server.port)
    except OSError as error:
        where = f"{loaded.server.host}:{loaded.server.port}"
        raise CommandFailed(
            f"{where} cannot be listened on ({os.strerror(error.errno or 0)}); give another --port"
        ) from None
    with listener, _openai(loaded, forced=sandbox) as with_openai, _page(build) as making:

        def reread() -> Settings:
            fresh = with_openai(read(settings))
            _renew(certificate)
            return fresh

        try:
            serving.serve(with_openai(loaded), listener, reread, certificate, making)
        except ValueError as error:
            raise CommandFailed(str(error)) from None


def _page(build: bool) -> "AbstractContextManager[PageMaking | None]":
    from ..web.page_build import WEBCLIENT, PageBuild
    from ..web.page_making import PageMaking

    def tell(line: str) -> None:
        sys.stderr.write(f"{line}\n")

    due = PageBuild(WEBCLIENT, tell)
    return PageMaking(due, tell) if build and due.is_due else nullcontext()


def _certificate(cert: Path | None, key: Path | None) -> "Certificate | None":
    from ..web.certificate import Certificate

    if cert is None and key is None:
        return None
    if cert is None or key is None:
        raise CommandFailed("TLS wants both --tls-cert and --tls-key; give the other one, too", 2)
    try:
        return Certificate(cert, key)
    except ValueError as error:
        raise CommandFailed(str(error), 2) from None


def _renew(certificate: "Certificate | None") -> None:
    try:
        if certificate:
            certificate.reload()
    except ValueError as error:
        raise SettingsError([Problem("", str(error))]) from None


@contextmanager
def _openai(settings: Settings, *, forced: bool) -> Iterator[Callable[[Settings], Settings]]:
    """What gives settings their way to OpenAI: the one that is set, or a sandbox while it lasts."""
    if not _wants_sandbox(settings, forced):
        yield lambda read: _without_sandbox(read, forced)
        return
    if not (forced or settings.server.is_loopback):
        raise CommandFailed("OPENAI_API_KEY is not set; set it, or use the stand-in with --sandbox", 2)
    from ..sandbox.child import SandboxProcess, SandboxUnavailable

    sandbox = SandboxProcess()
    sys.stderr.write("starting the sandbox, which stands in for OpenAI\n")
    try:
        url = sandbox.start()
    except SandboxUnavailable as error:
        raise CommandFailed(str(error)) from None
    access = OpenAIAccess(SecretStr("sandbox"), url)
    try:
        sys.stdout.write(f"sandbox {url}\n")
        sys.stdout.flush()
        yield lambda read: replace(read, openai=access) if _wants_sandbox(read, forced) else read
    finally:
        sandbox.stop()


def _wants_sandbox(settings: Settings, forced: bool) -> bool:
    from ..assembly import wants_openai

    return (forced or settings.openai.is_unset) and wants_openai(settings)


def _without_sandbox(settings: Settings, forced: bool) -> Settings:
    """The settings, unless they need the sandbox that was not started with this server."""
    if _wants_sandbox(settings, forced):
        wrong = "is not set, and the sandbox starts only together with the server"
        raise SettingsError([Problem("", wrong, "set it, or restart the server", "OPENAI_API_KEY")])
    return settings
