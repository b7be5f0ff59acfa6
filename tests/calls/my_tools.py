"""Tools as a team writes them; the house's agents name them as `my_tools:order`."""

import asyncio

PRIVATE = "the till is behind the curtain"


async def order(items: str) -> dict[str, str]:
    """Order food and drinks.

    Args:
        items: What to order, in words.
    """
    return {"ready": "in ten minutes", "order": items}


async def weather(city: str) -> str:
    """Tell the weather in a city; it asks far away, and takes 5 s."""
    await asyncio.sleep(5)
    return f"It is sunny in {city}."


async def note_name(name: str) -> str:
    """Note the name of the caller; done just after the agent has begun to ask for a moment."""
    await asyncio.sleep(1.2)
    return f"{name} is noted."


async def opening_hours(day: str) -> str:
    """Tell when the museum is open."""
    raise RuntimeError(f"{PRIVATE} on {day}")


async def book_table(people: int, day: str) -> str:
    """Book a table."""
    while True:
        try:
            await asyncio.sleep(3_600)
        except asyncio.CancelledError:
            continue
