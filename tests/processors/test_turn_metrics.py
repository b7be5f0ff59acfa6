"""The time of a turn, split so that the parts add up."""

import pytest
from pipecat.frames.frames import (
    AggregatedTextFrame,
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    LLMFullResponseStartFrame,
    MetricsFrame,
    TTSStartedFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.metrics.metrics import ProcessingMetricsData, TTFBMetricsData
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.frameworks.rtvi.frames import RTVIServerMessageFrame
from pipecat.tests.utils import SleepFrame, run_test
from turnwise.agents.frames import ASIDE, LLMToolsCalledFrame, UserTurnDecidedFrame
from turnwise.processors.turn_metrics import TurnMetrics
from turnwise.processors.turn_tracker import TurnTracker

from .calls import a_call

pytestmark = pytest.mark.anyio


async def reported(*frames):
    call = a_call()
    call.stage_of.update({"OpenAILLM#0": "llm", "OpenAISTT#0": "stt"})
    line = Pipeline([TurnTracker(call), TurnMetrics(call)])
    down, _ = await run_test(line, frames_to_send=[*frames, SleepFrame(0.05)])
    return [frame.data for frame in down if isinstance(frame, RTVIServerMessageFrame)]


def turn():
    return [
        UserTurnDecidedFrame(0.6),
        SleepFrame(0.05),
        UserStoppedSpeakingFrame(),
        SleepFrame(0.05),
        MetricsFrame(data=[TTFBMetricsData(processor="OpenAILLM#0", value=0.041)]),
        AggregatedTextFrame("Hello.", "sentence"),
        SleepFrame(0.05),
        BotStartedSpeakingFrame(),
        SleepFrame(0.02),
        BotStoppedSpeakingFrame(),
    ]


async def test_the_parts_of_a_turn_follow_one_another_and_add_up():
    (report,) = await reported(*turn())
    parts = {name: ms for name, ms in report["ms"].items() if name != "total"}
    assert list(parts) == ["endpointing", "stt", "llm", "tts"]
    assert sum(parts.values()) == report["ms"]["total"]
    assert parts["endpointing"] == 600
    assert min(parts["stt"], parts["llm"], parts["tts"]) >= 40


async def test_a_services_own_time_stands_beside_the_parts():
    (report,) = await reported(*turn())
    assert report["raw"] == {"llm": 41}


async def test_the_recognisers_time_is_that_of_the_last_segment_before_or_after_the_decision():
    first, last = (
        MetricsFrame(data=[ProcessingMetricsData(processor="OpenAISTT#0", value=secs)])
        for secs in (0.3, 0.12)
    )
    reports = await reported(first, last, *turn(), SleepFrame(0.3), *turn())
    assert [report["raw"] for report in reports] == [{"stt": 120, "llm": 41}, {"llm": 41}]


async def test_turns_are_counted():
    assert [report["turn"] for report in await reported(*turn(), SleepFrame(0.3), *turn())] == [1, 2]


async def test_a_greeting_is_no_answer_to_a_turn():
    assert await reported(BotStartedSpeakingFrame(), BotStoppedSpeakingFrame()) == []


async def test_a_turn_with_a_tool_lasts_until_the_answer_and_not_until_what_bridges_it():
    begun, short = turn()[:3], SleepFrame(0.05)
    tool = [MetricsFrame(data=[TTFBMetricsData(processor="OpenAILLM#0", value=0.9)]), LLMToolsCalledFrame()]
    bridge = [AggregatedTextFrame("Wait.", ASIDE), TTSStartedFrame(append_to_context=False), short]
    bridge += [
        BotStartedSpeakingFrame(),
        short,
        BotStoppedSpeakingFrame(),
        SleepFrame(0.2),
        TTSStartedFrame(),
    ]
    answer = [LLMFullResponseStartFrame(), short, *turn()[3:]]
    (report,) = await reported(*begun, LLMFullResponseStartFrame(), *tool, *bridge, *answer)
    assert report["ms"]["llm"] >= 300
    assert report["raw"] == {"llm": 41}
