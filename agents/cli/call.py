"""`agent call`: places a call from the terminal."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from ..client.address import DEFAULT_URL, Transport
from ..client.errors import BadInput, ClientError
from .failure import CommandFailed


def call(
    url: Annotated[str, typer.Option(help="The server to call.")] = DEFAULT_URL,
    meeting: Annotated[
        str | None, typer.Option(metavar="ID", help="An existing meeting; without it one is made.")
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(
            help="The token for this call (see `agent token`); without it the server is asked for one."
        ),
    ] = None,
    agent: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The agent to talk to; else the meeting's or the default."),
    ] = None,
    transport: Annotated[
        Transport,
        typer.Option(
            help="How the call travels: websocket needs one TCP connection and nothing else; webrtc "
            "is what browsers use on poor networks, its audio goes by UDP."
        ),
    ] = "websocket",
    wav: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="A WAV file to say, of any sample rate; repeat it to say several, "
            "each when the agent listens. Without it the microphone is used.",
        ),
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep the agent's voice as a 24 kHz WAV file, with its pauses."),
    ] = None,
    wait_secs: Annotated[
        float,
        typer.Option(min=0.1, help="How long after the end of an utterance its answer may take to be over."),
    ] = 30.0,
) -> None:
    """Call an agent: say WAV files or speak yourself, and watch states, words and times as they come.

    Exits 0 only if every utterance was answered: thought about, spoken to, and listened again.
    A server that wants an api key finds it in TURNWISE_AUTH__API_KEY.
    """
    from ..client.session import Order, place
    from ..client.view import View

    order = Order(url, meeting, token, agent, tuple(wav or ()), record, wait_secs, api_key(), transport)
    try:
        with View() as view:
            outcome = asyncio.run(place(order, view))
    except ClientError as error:
        raise failed(error) from error
    view.table(outcome.turns)
    if not outcome.all_answered:
        raise CommandFailed(outcome.sentence)
    view.sentence(outcome.sentence)


def api_key() -> str | None:
    """The key of a server that wants one, from the variable that the server reads too."""
    return os.environ.get("TURNWISE_AUTH__API_KEY") or None


def failed(error: ClientError) -> CommandFailed:
    """What goes wrong on the caller's end, as the command's sentence and exit code."""
    return CommandFailed(str(error), 2 if isinstance(error, BadInput) else 1)
