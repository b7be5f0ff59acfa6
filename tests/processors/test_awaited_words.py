"""Whatever recogniser a team puts in: no turn hangs, none is answered with half its words."""

import pytest
from turnwise.processors import awaited_words
from turnwise.processors.endpointing import fixed_endpointing

from .calls import a_call
from .turn_frames import (
    ANSWER,
    NO_ANSWER,
    WAITS,
    another,
    heard,
    interim,
    ours,
    outcome,
    silence,
    start,
    stop,
)

pytestmark = pytest.mark.anyio
SOON, LATE = 0.0, 3600.0
SAID = (start(), stop())
OVER = silence(0.6)

RECOGNISERS = {
    "ours answers": (ours(), [*SAID, heard("Hello."), OVER], ANSWER),
    "ours answers after the decision": (ours(), [*SAID, OVER, heard("Hello.")], ANSWER),
    "ours understood nothing": (ours(), [*SAID, heard(""), OVER], NO_ANSWER),
    "ours is waited for however long it takes": (ours(), [*SAID, OVER], WAITS),
    "one per segment, in time": (another(LATE), [*SAID, heard("Hello.", finalized=True), OVER], ANSWER),
    "one per segment, late": (another(LATE), [*SAID, OVER, heard("Hello.", finalized=True)], ANSWER),
    "one per segment, the second to come": (
        another(LATE),
        [*SAID, *SAID, OVER, heard("I would like", finalized=True)],
        WAITS,
    ),
    "one per segment, both there": (
        another(LATE),
        [*SAID, *SAID, heard("I would like", finalized=True), OVER, heard("a table.", finalized=True)],
        ANSWER,
    ),
    "one per segment, nothing in the second": (
        another(SOON),
        [*SAID, *SAID, heard("Hello.", finalized=True), OVER],
        ANSWER,
    ),
    "several finals before the stop": (
        another(SOON),
        [start(), heard("I"), heard("do."), stop(), OVER],
        ANSWER,
    ),
    "several finals after the stop": (another(SOON), [*SAID, heard("I"), heard("do."), OVER], ANSWER),
    "finals, and more within its time": (another(LATE), [*SAID, heard("I would"), OVER], WAITS),
    "words after the last final": (another(SOON), [*SAID, heard("I would"), interim("like"), OVER], WAITS),
    "words after one that was to be the last": (
        another(LATE),
        [start(), heard("I would", finalized=True), interim("like"), stop(), OVER],
        WAITS,
    ),
    "only interim words yet": (another(SOON), [*SAID, interim("Hel"), OVER], WAITS),
    "nothing yet": (another(SOON), [*SAID, OVER], WAITS),
    "the first word after its time": (another(SOON), [*SAID, OVER, heard("Hello.")], ANSWER),
}


@pytest.mark.parametrize("kind", RECOGNISERS)
async def test_a_turn_is_over_when_its_words_are_known(monkeypatch, kind):
    monkeypatch.setattr(awaited_words, "SETTLE_SECS", 0.0)
    recogniser, parts, wanted = RECOGNISERS[kind]
    assert await outcome(fixed_endpointing(a_call()), recogniser, *parts) == wanted


async def test_a_turn_without_words_ends_although_the_recogniser_says_nothing(monkeypatch):
    monkeypatch.setattr(awaited_words, "NO_WORDS_SECS", 0.0)
    assert await outcome(fixed_endpointing(a_call()), another(SOON), *SAID, OVER) == NO_ANSWER


async def test_no_figure_of_a_recogniser_makes_a_turn_wait_for_ever(monkeypatch):
    monkeypatch.setattr(awaited_words, "LONGEST_SECS", 0.0)
    assert await outcome(fixed_endpointing(a_call()), another(LATE), *SAID, heard("I do"), OVER) == ANSWER


async def test_transcripts_that_come_in_a_row_are_one_answer():
    call = a_call()
    in_a_row = [*SAID, OVER, heard("I would like"), heard("a table."), heard("", finalized=True)]
    assert await outcome(fixed_endpointing(call), another(SOON), *in_a_row) == ANSWER
    assert call.conversation.context.messages == [{"role": "user", "content": "I would like a table."}]


async def test_words_that_come_after_the_turn_are_no_part_of_the_next():
    call = a_call()
    late = [*SAID, heard("Hello.", finalized=True), OVER, heard("Too late.")]
    again = [*SAID, heard("Bye.", finalized=True), OVER]
    assert await outcome(fixed_endpointing(call), another(LATE), *late, *again) == [*ANSWER, *ANSWER]
    assert call.conversation.context.messages == [
        {"role": "user", "content": "Hello."},
        {"role": "user", "content": "Bye."},
    ]
