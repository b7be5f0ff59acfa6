"""`uv run python -m bench.recognition [FOLDER]`."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from loguru import logger
from pydantic import SecretStr
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from turnwise.agents.client.errors import BadInput
from turnwise.agents.sandbox.child import SandboxProcess
from turnwise.agents.settings.model import OpenAIAccess
from turnwise.agents.upstream import OpenAIUpstream
from turnwise.processors.openai_streaming_stt import OpenAIStreamingSTT
from turnwise.processors.openai_stt import OpenAISTT

from .recordings import Recording, read_folder
from .report import Results
from .ways import Way, a_call, way

UPLOADED, STREAMED = "request/response", "streaming"
_SPEECH = Path(__file__).parents[2] / "tests" / "speech"


def measure(
    folder: Annotated[
        Path, typer.Argument(help="WAV files, with their words as NAME.txt or in README.md.")
    ] = _SPEECH,
    rounds: Annotated[int, typer.Option(min=1, help="How often each is played to each way.")] = 3,
    uploaded: Annotated[str, typer.Option(metavar="MODEL", help="For request/response.")] = "gpt-transcribe",
    streamed: Annotated[str, typer.Option(metavar="MODEL", help="For streaming.")] = "gpt-live-transcribe",
    language: Annotated[str, typer.Option(help="Of the speech.")] = "en",
) -> None:
    """Play recordings in real time to both ways of recognition, alternating, and compare.

    Uses OPENAI_API_KEY or OPENAI_BASE_URL if one is set, else a sandbox of its own.
    """
    logger.remove()
    console = Console()
    try:
        recordings = read_folder(folder)
    except BadInput as error:
        raise _failed(str(error)) from error
    if not recordings:
        raise _failed(f"{folder}: there are no WAV files; name a folder that has some")
    with _openai() as (access, place):
        results = asyncio.run(_run(access, recordings, rounds, (uploaded, streamed), language, console))
    console.print(results.table())
    console.print(f"{place}; {uploaded} and {streamed}; {rounds} rounds, in turn")
    for fault in results.faults():
        console.print(fault)
    if results.faults():
        raise typer.Exit(1)


async def _run(
    access: OpenAIAccess,
    recordings: list[Recording],
    rounds: int,
    models: tuple[str, str],
    language: str,
    console: Console,
) -> Results:
    upstream = OpenAIUpstream(access)
    call = a_call(upstream.for_call("bench"), language)
    results = Results((UPLOADED, STREAMED), recordings)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(upstream.aclose)
        upload = OpenAISTT(call, call.upstream, model=models[0], answer_secs=30)
        stream = OpenAIStreamingSTT(call, call.upstream, model=models[1], answer_secs=30)
        ways = [
            await stack.enter_async_context(way(UPLOADED, upload)),
            await stack.enter_async_context(way(STREAMED, stream)),
        ]
        await _play_all(ways, results, rounds, console)
    return results


async def _play_all(ways: list[Way], results: Results, rounds: int, console: Console) -> None:
    columns = (TextColumn("{task.description:40}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=rounds * len(results.recordings) * len(ways))
        for number in range(rounds):
            for at, recording in enumerate(results.recordings):
                pcm = recording.in_round(number)
                for each in ways if (number + at) % 2 == 0 else reversed(ways):
                    progress.update(task, description=f"{recording.name}, {each.name}")
                    results.add(each.name, recording, await each.hear(pcm, recording.speech_secs))
                    progress.advance(task)


@contextmanager
def _openai() -> Iterator[tuple[OpenAIAccess, str]]:
    key, base_url = os.environ.get("OPENAI_API_KEY"), os.environ.get("OPENAI_BASE_URL")
    if key or base_url:
        yield OpenAIAccess(SecretStr(key) if key else None, base_url), base_url or "OpenAI"
        return
    sandbox = SandboxProcess()
    try:
        yield OpenAIAccess(None, sandbox.start()), "the sandbox"
    finally:
        sandbox.stop()


def _failed(sentence: str) -> typer.Exit:
    sys.stderr.write(f"{sentence}\n")
    return typer.Exit(2)


if __name__ == "__main__":
    typer.run(measure)
