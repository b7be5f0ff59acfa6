"""What the routes of one application stand on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from loguru import logger
from starlette.requests import HTTPConnection

from ..admission import Door
from ..calls import Calls
from ..services import Services
from ..settings.model import Settings
from ..store.errors import StoreUnavailable
from ..wire import EndReason
from .peers import Peers


class Turnwise:
    """The services, the door and the calls of one server."""

    def __init__(self, settings: Settings) -> None:
        self.services = Services(settings)
        self.door = Door(self.services)
        self.calls = Calls(self.services, self.door)
        self.peers = Peers(self.calls)

    @property
    def settings(self) -> Settings:
        """For calls and requests that begin now."""
        return self.services.settings

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Opens at start and closes at the end."""
        try:
            await self.services.open()
            await self.services.store.ping()
        except StoreUnavailable as error:
            logger.error("{}; no call is taken until it can be used", error)
        yield
        await self.close()

    async def close(self) -> None:
        """Ends all calls, then writes what is queued."""
        await self.calls.end_all(EndReason.DRAINED)
        await self.services.close()


def turnwise_of(connection: HTTPConnection) -> Turnwise:
    """What the application of a request stands on."""
    return connection.app.state.turnwise
