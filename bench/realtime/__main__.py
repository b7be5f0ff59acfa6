"""`uv run python -m bench.realtime`: the command."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from loguru import logger
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from turnwise.agents.client.errors import ClientError

from ..recognition.recordings import Recording, read_folder
from .hang_ups import connect_and_hang_up
from .report import Results
from .running import NotRunning, Running, running
from .turns import Measured, shifted, take_turn
from .ways import WAYS, Way, call

_SPEECH = Path(__file__).parents[2] / "tests" / "speech"
_SAID = ("hello", "weather", "order")


def measure(
    rounds: Annotated[int, typer.Option(min=1, help="Calls of each way, in turn; three turns each.")] = 5,
    connects: Annotated[int, typer.Option(min=0, help="Calls of each way that are hung up at once.")] = 50,
    only: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="Only ways that have this word in their name.")
    ] = None,
) -> None:
    """Take the same turns over every way from the microphone to the model, alternating, and compare.

    Starts an `agent serve` with its sandbox in an empty folder, at the delays of real services:
    recognition 200 ms, language model 300 ms and 20 ms a token, voice 150 ms, speech to speech 500 ms
    and 30 ms a token, voices at four times real time. Then sets calls up and hangs them up, and counts
    what is left in both processes (from /proc).

        uv run python -m bench.realtime

        uv run python -m bench.realtime --rounds 1 --connects 5 --only webrtc
    """
    logger.remove()
    console = Console()
    try:
        results = asyncio.run(_run(rounds, connects, only or [], console))
    except (NotRunning, ClientError) as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(1) from error
    for table in (results.turn_table(), results.transport_table(), results.left_table()):
        if table.row_count:
            console.print(table)
    for fault in results.faults():
        console.print(fault)
    if results.faults():
        raise typer.Exit(1)


async def _run(rounds: int, connects: int, only: list[str], console: Console) -> Results:
    recordings = {each.name: each for each in read_folder(_SPEECH)}
    said = [recordings[name] for name in _SAID]
    columns = (TextColumn("{task.description:40}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with running() as server:
        results = Results(await _ways(server, only, console))
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            await _take_turns(server, results, said, rounds, progress)
            await _hang_up(server, results, connects, progress)
    return results


async def _ways(server: Running, only: list[str], console: Console) -> tuple[Way, ...]:
    agents = await server.agents()
    chosen = [way for way in WAYS if all(word in way.name for word in only)]
    for way in chosen:
        if way.agent not in agents:
            console.print(f"{way.name} is left out: there is no agent {way.agent}")
    return tuple(way for way in chosen if way.agent in agents)


async def _take_turns(
    server: Running, results: Results, said: list[Recording], rounds: int, progress: Progress
) -> None:
    task = progress.add_task("", total=rounds * len(results.ways))
    for number in range(rounds):
        for way in results.ways if number % 2 == 0 else reversed(results.ways):
            progress.update(task, description=way.name)
            try:
                async with call(server.url, way) as line:
                    spoken = [shifted(each.in_round(number), number) for each in said]
                    turns = [await take_turn(server, line, pcm) for pcm in spoken]
            except ClientError as error:
                results.add(way, None, [Measured(why=str(error))] * len(said))
            else:
                results.add(way, line.set_up_ms, turns)
            progress.advance(task)


async def _hang_up(server: Running, results: Results, connects: int, progress: Progress) -> None:
    task = progress.add_task("", total=connects * len(results.ways), visible=bool(connects))
    for way in results.ways if connects else ():
        progress.update(task, description=f"{way.name}: hanging up")
        results.left[way] = await connect_and_hang_up(server, way, connects, lambda: progress.advance(task))


if __name__ == "__main__":
    typer.run(measure)
