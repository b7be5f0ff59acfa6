"""How fast the agent stops when the user speaks up, on a running server.

    uv run agent serve                        # with an agent that has barge_in = true
    uv run python -m bench.barge_in --agent NAME

Asks, lets the answer begin, and speaks into it. Times are those of the caller, in milliseconds:
`stop` from the moment at which the server says that speech is confirmed to the last audio of the
agent, `told` from there to `interruption`, `onset` from the first audible sample of the
interrupting speech to the last audio. 0 means that none came after it.
"""

import asyncio
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from turnwise.agents.client.address import DEFAULT_URL
from turnwise.agents.client.api import Api
from turnwise.agents.client.caller import Caller
from turnwise.agents.client.errors import ClientError
from turnwise.agents.client.speech import read_wav
from turnwise.agents.wire import AgentState

SPEECH = Path(__file__).parents[1] / "tests" / "speech"
COLUMNS = ("stop", "told", "onset")
Millis = tuple[float, float, float]


async def interrupt(caller: Caller, question: bytes, interjection: bytes, after_secs: float) -> Millis:
    """One turn that is cut short; what was measured of it, in the order of `COLUMNS`."""
    await caller.wait_for_state(AgentState.LISTENING)
    await caller.speak(question)
    await caller.wait_for_state(AgentState.SPEAKING)
    await asyncio.sleep(after_secs)
    since_secs = caller.now()
    utterance = await caller.speak(interjection)
    confirmed = await caller.wait_for_message("user-started-speaking", since_secs=since_secs)
    told = await caller.wait_for_message("interruption", since_secs=since_secs)
    heard = [voice.at_secs for voice in caller.voice if since_secs <= voice.at_secs <= told.at_secs + 0.5]
    last_secs = max(heard, default=since_secs)
    onset_secs = utterance.speech_start_secs or since_secs
    await caller.wait_for_state(AgentState.SPEAKING)
    secs = last_secs - confirmed.at_secs, told.at_secs - confirmed.at_secs, last_secs - onset_secs
    return tuple(max(0.0, each * 1000) for each in secs)  # pyright: ignore[reportReturnType]


async def measure(url: str, agent: str, turns: int, after_secs: float) -> list[Millis]:
    """A call for each turn, so that none stands on the one before."""
    question, interjection = read_wav(SPEECH / "long.wav"), read_wav(SPEECH / "name.wav")
    found: list[Millis] = []
    for number in range(turns):
        async with Api(url) as api:
            meeting_id = await api.create_meeting()
            token = await api.create_token(meeting_id, agent)
        async with Caller.connect(url, meeting_id, token) as caller:
            found.append(await interrupt(caller, question, interjection, after_secs + number * 0.013))
        typer.echo(f"{number + 1}/{turns}", err=True)
    return found


def main(
    agent: Annotated[str, typer.Option(help="An agent with barge_in = true.")],
    url: Annotated[str, typer.Option(help="The server to call.")] = DEFAULT_URL,
    turns: Annotated[int, typer.Option(min=1, help="How often to interrupt.")] = 10,
    after_secs: Annotated[float, typer.Option(min=0, help="How far into the answer.")] = 0.5,
) -> None:
    """Interrupts an agent over and over, and prints how long it went on."""
    try:
        found = asyncio.run(measure(url, agent, turns, after_secs))
    except ClientError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    table = Table("ms", *COLUMNS)
    rows = [*((str(number), row) for number, row in enumerate(found, start=1))]
    columns = list(zip(*found, strict=True))
    rows += [("median", tuple(map(median, columns))), ("longest", tuple(map(max, columns)))]
    for name, row in rows:
        table.add_row(name, *(f"{each:.0f}" for each in row))
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
