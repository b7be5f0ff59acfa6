"""A team's own processor that raises costs its caller a turn at most, and nobody else anything."""

import asyncio
from itertools import pairwise

import pytest

from .test_faults import APOLOGY

pytestmark = pytest.mark.side_by_side


async def test_a_processor_that_raises_once_is_apologised_for_and_the_next_turn_is_answered(house):
    async with house.call(agent="stumbling") as caller:
        failed = await caller.say(house.wav("hello"))
        assert failed.states == ["thinking", *APOLOGY]
        assert [(error.data["stage"], error.data["code"]) for error in failed.errors] == [
            ("call", "internal")
        ]
        assert len(failed.audio) > 24_000, "the apology was not heard"
        assert (await caller.say(house.wav("order"))).why is None


async def test_a_processor_that_raises_on_every_piece_of_audio_is_not_apologised_for_without_end(house):
    async with house.call(agent="deaf") as caller:
        await caller.wait_for_state("recovering_error")
        await caller.wait_for_state("listening")
        await caller.speak(house.wav("order"))
        await caller.speak(house.wav("weather"))
        assert caller.close_code is None
    at_secs = [at for state, at in caller.states if state == "recovering_error"]
    assert all(later - earlier > 7 for earlier, later in pairwise(at_secs))


async def test_a_processor_that_raises_on_every_frame_ends_its_own_call_and_no_other(house):
    async with house.call(agent="hopeless") as hopeless, house.call() as other:
        code, answered = await asyncio.gather(hopeless.wait_for_close(), other.say(house.wav("hello")))
    assert code == 4004
    assert answered.why is None
