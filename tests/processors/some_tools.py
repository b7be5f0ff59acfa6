"""Tools of every kind."""

import asyncio
import datetime
from typing import Annotated, Literal

from pipecat.services.llm_service import FunctionCallParams
from pydantic import BaseModel, Field
from turnwise.agents.call_context import CallContext
from turnwise.agents.tools.errors import ToolError

at_work: list[str] = []


class Dish(BaseModel):
    name: str
    count: int = 1


async def order(
    dishes: list[Dish], size: Literal["small", "large"] = "small", day: datetime.date | None = None
) -> str:
    """Order dishes.

    Args:
        dishes: What to bring.
        size: How much of it.
    """
    return f"{dishes[0].count} {size} {dishes[0].name} {day}"


async def add(a: int, b: Annotated[int, Field(ge=0)] = 1) -> int:
    """Add two numbers."""
    return a + b


async def nothing() -> None:
    """Do nothing."""


async def whoami(call: CallContext) -> str:
    """Say which call it is."""
    return call.call_id


async def an_object() -> object:
    """Return what is no JSON."""
    return object()


async def a_book() -> str:
    """Return more than anybody can say."""
    return "word " * 10_000


async def fail() -> None:
    """Fail."""
    raise ValueError("secret words")


async def refuse() -> None:
    """Refuse, in words for the model."""
    raise ToolError("We are closed on Mondays.")


async def leave() -> None:
    """Try to end the process."""
    raise SystemExit(1)


async def slow() -> str:
    """Take 0.4 s."""
    await asyncio.sleep(0.4)
    return "done"


async def hang() -> None:
    """Never return, and take no notice of being cancelled once."""
    at_work.append("hang")
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        at_work.append("cancelled")
        raise


async def pipecats(params: FunctionCallParams, city: str) -> None:
    """Report a result as Pipecat's direct functions do."""
    await params.result_callback({"city": city})
