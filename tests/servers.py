"""The real server in the test's own process, on a free port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from turnwise.agents.listener import open_listener
from turnwise.agents.load import load_settings
from turnwise.agents.web.serving import make_server
from turnwise.agents.web.turnwise import Turnwise

SECRET = "a secret for tests, of more than 32 bytes"


class Served:
    """A running server: where it is, and what its routes stand on."""

    def __init__(self, url: str, turnwise: Turnwise) -> None:
        self.url = url
        self.turnwise = turnwise

    @property
    def ws_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/api/ws/agent"


@asynccontextmanager
async def serving(folder: Path, text: str = "", **variables: str) -> AsyncIterator[Served]:
    """Runs a server with the shipped agents and these settings on top, its data in `folder`."""
    shipped = (Path(__file__).parents[1] / "settings.toml").read_text()
    (folder / "settings.toml").write_text(shipped)
    (folder / "settings.local.toml").write_text(text)
    variables.setdefault("TURNWISE_AUTH__SECRET", SECRET)
    variables.setdefault("TURNWISE_DATABASE__URL", f"sqlite:///{folder}/turnwise.db")
    variables.setdefault("OPENAI_API_KEY", "none")
    overrides = {"port": 0}
    settings = load_settings(folder / "settings.toml", variables, overrides=overrides)
    with open_listener(settings.server.host, settings.server.port) as listener:
        server = make_server(settings, listener)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            if task.done():
                await task
            await asyncio.sleep(0.01)
        host, port = listener.getsockname()[:2]
        try:
            yield Served(f"http://{host}:{port}", server.config.app.state.turnwise)  # pyright: ignore
        finally:
            server.should_exit = True
            await task
