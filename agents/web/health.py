"""For whatever watches over the server."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from ..services import Services
from ..store.errors import StoreUnavailable
from ..store.postgres_store import PostgresStore
from .turnwise import turnwise_of

router = APIRouter()


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """Answers while the process is alive."""
    return {"status": "ok"}


@router.get("/readyz")
async def ready(request: Request) -> dict[str, str]:
    """Whether a call would be taken now: 503 while full, draining or without a database."""
    turnwise = turnwise_of(request)
    turnwise.calls.check_room()
    await turnwise.services.open()
    await turnwise.services.store.ping()
    return {"status": "ready"}


@router.get("/metrics")
async def metrics(request: Request) -> PlainTextResponse:
    """Numbers in Prometheus' text format."""
    turnwise = turnwise_of(request)
    calls = turnwise.calls
    lines = [
        "# TYPE turnwise_calls_active gauge",
        f"turnwise_calls_active {calls.active}",
        "# TYPE turnwise_calls_total counter",
        f"turnwise_calls_total {calls.total}",
        "# TYPE turnwise_draining gauge",
        f"turnwise_draining {int(calls.is_draining)}",
        *await _outbox(turnwise.services),
    ]
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


async def _outbox(services: Services) -> list[str]:
    """Chunks that PostgreSQL does not have yet, and those it refused; nothing where there is no outbox."""
    try:
        store = services.store
        if not isinstance(store, PostgresStore):
            return []
        backlog = await store.backlog()
    except StoreUnavailable:
        return []
    return [
        "# TYPE turnwise_outbox_waiting gauge",
        f"turnwise_outbox_waiting {backlog.waiting}",
        "# TYPE turnwise_outbox_set_aside gauge",
        f"turnwise_outbox_set_aside {backlog.set_aside}",
    ]
