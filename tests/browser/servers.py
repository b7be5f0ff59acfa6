"""Servers beside the house, for what only a server of one's own can be: full, closed, draining, mounted."""

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from loguru import logger
from turnwise.agents.load import load_settings
from turnwise.agents.web.app import create_app

from ..servers import SECRET, Served, serving
from .town import Town


@asynccontextmanager
async def own_server(town: Town, text: str = "", **variables: str) -> AsyncIterator[Served]:
    """A server in this process, on the sandbox of the house."""
    with _complaints(), tempfile.TemporaryDirectory() as folder:
        async with serving(Path(folder), text, OPENAI_BASE_URL=town.house.sandbox_url, **variables) as served:
            yield served


@asynccontextmanager
async def mounted(town: Town) -> AsyncIterator[str]:
    """An application of one's own, with ours below /voice."""
    with tempfile.TemporaryDirectory() as folder:
        variables = {
            "TURNWISE_AUTH__SECRET": SECRET,
            "TURNWISE_DATABASE__URL": f"sqlite:///{folder}/turnwise.db",
            "OPENAI_API_KEY": "none",
            "OPENAI_BASE_URL": town.house.sandbox_url,
        }
        voice, app = create_app(load_settings(None, variables)), FastAPI()
        app.mount("/voice", voice)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
        task = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        await voice.state.turnwise.close()
        server.should_exit = True
        await task


@contextmanager
def _complaints() -> Iterator[None]:
    """Whatever fails in here, the errors that a server logged meanwhile are told with it."""
    told: list[str] = []
    sink = logger.add(told.append, level="ERROR")
    keeper = logging.Handler(logging.ERROR)
    keeper.emit = lambda record: told.append(logging.Formatter().format(record))
    logging.getLogger("uvicorn.error").addHandler(keeper)
    try:
        yield
    except Exception as error:
        error.add_note("\n".join(["the server's errors:", *told]))
        raise
    finally:
        logging.getLogger("uvicorn.error").removeHandler(keeper)
        logger.remove(sink)
