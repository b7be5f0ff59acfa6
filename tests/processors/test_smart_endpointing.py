"""The silence that ends a turn depends on how finished it sounds; a model that fails ends no call."""

import asyncio
import threading

import onnxruntime
import pytest
from loguru import logger
from turnwise.agents.frames import VADSegmentFrame
from turnwise.processors.endpointing import smart_endpointing
from turnwise.processors.smart_silence import Silences, SmartSilence
from turnwise.processors.smart_turn import SmartTurn, shared_smart_turn

from .calls import a_call
from .turn_frames import ANSWER, UNDECIDED, heard, ours, outcome, silence, start, stop

pytestmark = pytest.mark.anyio
SPEECH = VADSegmentFrame(bytes(32_000), 0.5)


def verdict(monkeypatch, probability):
    async def at_once(*_):
        return probability

    monkeypatch.setattr(SmartTurn, "probability", at_once)


@pytest.fixture
def said():
    lines = []
    handler = logger.add(lambda line: lines.append(str(line)), level="WARNING")
    yield lines
    logger.remove(handler)


@pytest.mark.parametrize(
    ("probability", "secs", "comes"),
    [(0.99, 0.45, ANSWER), (0.99, 0.44, UNDECIDED), (0.1, 1.04, UNDECIDED), (0.1, 1.05, ANSWER)],
)
async def test_the_surer_the_model_the_shorter_the_silence(monkeypatch, probability, secs, comes):
    verdict(monkeypatch, probability)
    turn = (start(), stop(bytes(3200)), heard("Hello."), silence(secs))
    assert await outcome(smart_endpointing(a_call()), ours(), *turn) == comes


async def test_a_turn_that_sounds_finished_is_held_while_speech_may_be_starting_again(monkeypatch):
    verdict(monkeypatch, 0.99)
    turn = (start(), stop(bytes(3200)), heard("Hello."), silence(0.6, is_starting=True))
    assert await outcome(smart_endpointing(a_call()), ours(), *turn) == UNDECIDED


async def test_the_verdict_on_a_pause_says_nothing_of_the_next(monkeypatch):
    verdicts = [0.99]

    async def only_once(*_):
        return verdicts.pop() if verdicts else await asyncio.Event().wait()

    monkeypatch.setattr(SmartTurn, "probability", only_once)
    two_pauses = (start(), stop(bytes(3200)), start(), stop(bytes(3200)), heard("I"), heard("do."))
    assert await outcome(smart_endpointing(a_call()), ours(), *two_pauses, silence(1.04)) == UNDECIDED
    verdicts.append(0.99)
    assert await outcome(smart_endpointing(a_call()), ours(), *two_pauses, silence(1.05)) == ANSWER


async def test_a_model_that_fails_is_told_once_and_the_call_goes_on_with_a_fixed_silence(monkeypatch, said):
    async def fail(*_):
        raise RuntimeError("the model is broken, with words of a caller")

    monkeypatch.setattr(SmartTurn, "probability", fail)
    turn = (start(), stop(bytes(3200)), heard("Hello."), silence(0.59), silence(0.6))
    processor = smart_endpointing(a_call())
    assert await outcome(processor, ours(), *turn, *turn) == [*ANSWER, *ANSWER]
    assert len(said) == 1
    assert "smart endpointing failed (RuntimeError)" in said[0]
    assert "words of a caller" not in said[0]


async def test_the_event_loop_does_not_wait_for_the_model(monkeypatch):
    loop_goes_on = threading.Event()

    def wait_for_the_loop(*_):
        assert loop_goes_on.wait(10)
        return {"probability": 1.0}

    monkeypatch.setattr(SmartTurn, "_predict_endpoint", wait_for_the_loop)
    rule = SmartSilence(shared_smart_turn(), Silences())
    asking = asyncio.create_task(rule.pause(SPEECH))
    await asyncio.sleep(0)
    assert rule.needed_secs == 1.05, "without a verdict, silence has to be long"
    loop_goes_on.set()
    await asking
    assert rule.needed_secs == 0.45


async def test_all_calls_of_a_process_share_one_session(monkeypatch):
    loaded = []
    load = onnxruntime.InferenceSession
    shared_smart_turn.cache_clear()
    monkeypatch.setattr(onnxruntime, "InferenceSession", lambda *a, **k: loaded.append(a) or load(*a, **k))
    for _ in range(3):
        smart_endpointing(a_call())
    assert len(loaded) == 1


async def test_the_model_hears_the_turn_from_half_a_second_before_it_and_nothing_of_the_turn_before():
    asked = []

    class Listening:
        async def probability(self, audio):
            asked.append(len(audio) / 32_000)
            return 0.5

    rule = SmartSilence(Listening(), Silences())
    for _ in range(2):
        rule.start_turn()
        await rule.pause(VADSegmentFrame(bytes(96_000), lead_secs=2.0))
        await rule.pause(VADSegmentFrame(bytes(32_000), lead_secs=0.7))
    await rule.pause(VADSegmentFrame(bytes(256_000), lead_secs=0.7))
    assert asked == [1.5, 2.5, 1.5, 2.5, 8.0]
