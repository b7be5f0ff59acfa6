"""An utterance is understood window by window, and what is not wanted any more is left alone."""

import asyncio

import pytest
from turnwise.agents.sandbox.ears import Ears
from turnwise.agents.sandbox.following import Following
from turnwise.agents.sandbox.understanding import WINDOW_SECS, Piece, Understood, Window

from ..patience import eventually

pytestmark = pytest.mark.anyio
RATE_HZ = 24_000
SECOND = bytes(2 * RATE_HZ)


class SlowEars(Ears):
    """Understands a window when it is let, all but its last second."""

    def __init__(self) -> None:
        self.asked: list[tuple[float, bool]] = []
        self.may = asyncio.Event()

    async def understand(self, window: Window, *, is_ahead: bool) -> Understood:
        secs = len(window.pcm) / 2 / window.rate_hz
        self.asked.append((secs, is_ahead))
        await self.may.wait()
        piece = Piece(("word",), is_expected=False, is_end=window.is_over)
        return Understood((piece,), secs if window.is_over else secs - 1, 0.0, is_stuck=False)


@pytest.fixture
def ears(anyio_backend) -> SlowEars:
    return SlowEars()


@pytest.fixture
def following(ears) -> Following:
    return Following(ears, RATE_HZ)


async def test_nothing_is_understood_ahead_before_there_is_a_window_of_it(ears, following):
    for _ in range(int(WINDOW_SECS) - 1):
        following.feed(SECOND)
    await asyncio.sleep(0)
    assert not ears.asked


async def test_the_end_has_to_understand_only_what_is_left(ears, following):
    ears.may.set()
    for _ in range(20):
        following.feed(SECOND)
    await eventually(lambda: following.understood_secs == 14)
    ears.asked.clear()
    assert await following.heard() == "Word word word."
    assert ears.asked == [(6, False)]


async def test_it_says_the_same_if_all_comes_at_once(ears, following):
    ears.may.set()
    following.feed(20 * SECOND)
    assert await following.heard() == "Word word word."


async def test_who_asks_at_a_pause_gets_what_was_said_until_there_and_more_may_follow(ears, following):
    ears.may.set()
    following.feed(6 * SECOND)
    assert await following.heard(len(5 * SECOND)) == "Word."
    following.feed(14 * SECOND)
    assert await following.heard() == "Word word word."
    assert ears.asked[0] == (5, False)


async def test_what_is_stopped_goes_no_further_ahead(ears, following):
    following.feed(30 * SECOND)
    await eventually(lambda: ears.asked)
    following.stop()
    ears.may.set()
    await asyncio.sleep(0)
    assert (ears.asked, following.understood_secs) == ([(WINDOW_SECS, True)], 0)
