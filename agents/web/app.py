"""The FastAPI application, to serve or to mount in one's own."""

from fastapi import FastAPI

from ..settings.model import Settings
from . import agent_socket, answers, api, health, page, webrtc_offer
from .cors import OwnOrigins
from .limits import RequestLimits
from .page_making import PageMaking
from .turnwise import Turnwise


def create_app(settings: Settings, making: PageMaking | None = None) -> FastAPI:
    """The whole server as an ASGI application.

    Mounted in another application it opens what it needs with the first request; the application
    around it then awaits `app.state.turnwise.close()` when it stops. `making` is for whoever builds the
    page meanwhile.
    """
    turnwise = Turnwise(settings)
    app = FastAPI(title="Turnwise", docs_url=None, redoc_url=None, lifespan=turnwise.lifespan)
    app.state.turnwise = turnwise
    app.state.page = page.Page(making)
    app.add_middleware(RequestLimits)
    app.add_middleware(
        OwnOrigins,
        allowed=lambda: turnwise.settings.server.allowed_origins,
        allow_methods=["GET", "POST", "PATCH"],
        allow_headers=["Authorization", "Content-Type"],
    )
    for module in (health, page, api, agent_socket, webrtc_offer):
        app.include_router(module.router)
    answers.install(app)
    return app
