"""What a call leaves behind is cleared away soon after it, without a look at all that is there."""

import gc
import weakref

import pytest
from turnwise.agents.web import tidying
from turnwise.agents.web.tidying import Tidying

from ..patience import eventually

pytestmark = pytest.mark.anyio


class Circle:
    """Refers to itself, as a pipeline does."""

    def __init__(self) -> None:
        self.itself = self


async def test_what_refers_to_itself_is_gone_soon_after_a_call(monkeypatch):
    monkeypatch.setattr(tidying, "AFTER_SECS", 0.0)
    gc.disable()
    try:
        left = weakref.ref(Circle())
        assert left()
        Tidying().soon()
        await eventually(lambda: left() is None)
    finally:
        gc.enable()


async def test_calls_that_end_together_are_cleared_away_together(monkeypatch):
    rounds = []
    monkeypatch.setattr(tidying, "AFTER_SECS", 0.0)
    monkeypatch.setattr(gc, "collect", lambda: rounds.append(1))
    keeper = Tidying()
    for _ in range(5):
        keeper.soon()
    await eventually(lambda: rounds)
    assert rounds == [1]
    keeper.soon()
    await eventually(lambda: len(rounds) > 1)
    assert rounds == [1, 1]
