"""`uv run python -m bench.endpointing FOLDER`: the command."""

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from loguru import logger
from rich.console import Console
from rich.progress import Progress

from .measuring import Outcome, find_recordings, measure, summarise
from .recording import Unreadable
from .report import outcome_table, summary_table
from .rules import rules


def bench(
    places: Annotated[list[Path], typer.Argument(metavar="FOLDER…", help="Folders of WAV files, or files.")],
    pause: Annotated[
        float, typer.Option(min=0, max=3, help="Seconds of pause to set between two words.")
    ] = 0.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Every outcome as JSON on standard output.")
    ] = False,
) -> None:
    """When would each rule think that the speaker has finished?

    Every recording should be one turn: whatever a person says before it is the other's turn. It is
    played in a quiet room to the voice activity detector and the rules of a call, counted in audio
    and not by the clock, so that the same recording always gives the same figures.

    A recording is cut off where a rule decides before the last audible speech; the delay is what
    passes after it. Audible is what is within 25 dB of the loudest.

        uv run python -m bench.endpointing tests/speech

        uv run python -m bench.endpointing --pause 0.5 ~/recordings
    """
    logger.remove()
    try:
        outcomes = _measured(places, pause)
    except Unreadable as error:
        typer.echo(error, err=True)
        raise typer.Exit(2) from error
    if as_json:
        json.dump([asdict(outcome) for outcome in outcomes], sys.stdout, indent=1)
        return
    console = Console()
    console.print(outcome_table(outcomes))
    console.print(summary_table(summarise(outcomes)))


def _measured(places: list[Path], pause_secs: float) -> list[Outcome]:
    paths = find_recordings(places)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("listening", total=len(paths))
        return asyncio.run(measure(paths, rules(), pause_secs, lambda _: progress.advance(task)))


if __name__ == "__main__":
    typer.run(bench)
