"""`agent transcript`: prints what was said in a meeting."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from ..client.address import DEFAULT_URL
from ..client.errors import ClientError
from ..client.words import printable
from .call import api_key, failed


def transcript(
    meeting: Annotated[str, typer.Argument(metavar="MEETING", help="The id of the meeting.")],
    url: Annotated[str, typer.Option(help="The server that holds it.")] = DEFAULT_URL,
) -> None:
    """Print a meeting's transcript: its status, then each turn with its number, speaker and time (UTC).

    A server that wants an api key finds it in TURNWISE_AUTH__API_KEY.
    """
    try:
        found = asyncio.run(_read(url, meeting))
    except ClientError as error:
        raise failed(error) from error
    typer.echo(f"status {found.get('status')}")
    for chunk in found.get("chunks", []):
        typer.echo(_line(chunk))


async def _read(url: str, meeting: str) -> dict[str, Any]:
    from ..client.api import Api

    async with Api(url, api_key()) as api:
        return await api.transcript(meeting)


def _line(chunk: dict[str, Any]) -> str:
    said_at = datetime.fromisoformat(chunk["timestamp"])
    clock = said_at.astimezone(UTC) if said_at.tzinfo else said_at
    return (
        f"{chunk['sequenceNumber']:<3}{chunk['speakerType']:<6} {clock:%H:%M:%S}  {printable(chunk['text'])}"
    )
