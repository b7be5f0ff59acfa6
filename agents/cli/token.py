"""`agent token`: mints a call token."""

import sys
from typing import Annotated

import typer

from ..tokens import LONGEST_TTL_SECS, mint
from .failure import CommandFailed
from .settings_option import SettingsFile, load


def token(
    meeting: Annotated[str, typer.Option(metavar="ID", help="The meeting that the call belongs to.")],
    agent: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The agent to talk to; else the meeting's or the default."),
    ] = None,
    ttl: Annotated[
        int | None, typer.Option(min=1, max=LONGEST_TTL_SECS, metavar="SECS", help="How long it lives.")
    ] = None,
    settings: SettingsFile = None,
) -> None:
    """Print a token that opens one call of a meeting, once.

    It is signed with the secret of the server that runs with the same settings from the same folder.
    """
    from ..log import set_up_log

    set_up_log("ERROR")
    from ..terms import call_secret

    loaded = load(settings)
    if agent is not None and agent not in loaded.agents:
        raise CommandFailed(f"there is no agent {agent!r}; known are {', '.join(loaded.agents)}", 2)
    try:
        secret = call_secret(loaded)
    except ValueError as error:
        raise CommandFailed(str(error)) from None
    ttl_secs = ttl or loaded.auth.token_secs
    sys.stdout.write(mint(secret, meeting_id=meeting, user="local", agent=agent, ttl_secs=ttl_secs) + "\n")
