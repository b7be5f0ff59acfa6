"""`agent sandbox`: the stand-in for OpenAI, alone."""

from typing import Annotated

import typer

from .failure import CommandFailed


def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 takes a free one.")] = 0,
) -> None:
    """Run the OpenAI-compatible stand-in alone, on loopback.

    Point any OpenAI client at the address that it prints: OPENAI_BASE_URL=http://127.0.0.1:PORT/v1.
    It hears and speaks English without a key or a download, answers by rules, and fails as it is
    told over HTTP: `PUT /sandbox/behaviour {"stage": "llm", "fault": "hang", "times": 1}`.
    """
    from ..sandbox.server import run
    from ..sandbox.unavailable import SandboxUnavailable

    try:
        run(port)
    except SandboxUnavailable as error:
        raise CommandFailed(str(error)) from None
