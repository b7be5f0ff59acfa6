"""Whoever breaks a rule is named, with what is wrong and where; whoever breaks none is let be."""

import inspect
import re
from pathlib import Path

import pytest
from pipecat.frames.frames import Frame
from pipecat.processors.aggregators.sentence import SentenceAggregator
from pipecat.processors.filters.frame_filter import FrameFilter
from pipecat.processors.filters.identity_filter import IdentityFilter
from pipecat.processors.filters.null_filter import NullFilter
from pipecat.processors.text_transformer import StatelessTextTransformer
from turnwise.agents.importing import short_names
from turnwise.testing import NotConformant, Rule, check_processor, examine

from ..processors.upstream import Upstream, running_upstream, sound, tokens
from . import broken

pytestmark = pytest.mark.anyio

SHORT_SECS = 0.5
_SERVICES = ("stt.openai", "stt.openai-streaming", "llm.openai", "tts.openai", "realtime.openai")
OPTIONS = {name: {"model": "m"} for name in _SERVICES}


def lines_of(processor):
    """Where the lines of a class stand that end in `# here`."""
    lines, start = inspect.getsourcelines(processor)
    return [start + number for number, line in enumerate(lines) if line.rstrip().endswith("# here")]


@pytest.mark.parametrize(
    ("processor", "rule", "said"),
    [
        (broken.Sleeps, Rule.BLOCKS, "blocks the event loop"),
        (broken.Computes, Rule.BLOCKS, "blocks the event loop"),
        (broken.SleepsInCleanup, Rule.BLOCKS, "blocks the event loop"),
        (broken.DropsEnd, Rule.LIFE, "EndFrame does not come out"),
        (broken.DropsStart, Rule.LIFE, "StartFrame does not come out"),
        (broken.DropsCancel, Rule.LIFE, "CancelFrame does not come out"),
        (broken.DropsErrors, Rule.SIGNALS, "ErrorFrame on its way upstream"),
        (broken.DropsInterruptions, Rule.SIGNALS, "InterruptionFrame does not come out"),
        (broken.OnlyKnows, Rule.UNKNOWN, "does not come out (UnknownDataFrame downstream"),
        (broken.AlwaysDownstream, Rule.UNKNOWN, "comes out the wrong way (UnknownSystemFrame upstream"),
        (broken.Doubles, Rule.ORDER, "more than once: OutputAudioRawFrame, TTSAudioRawFrame"),
        (broken.DoublesAll, Rule.UNKNOWN, "comes out more than once"),
        (broken.Copies, Rule.UNKNOWN, "comes out as a copy"),
        (broken.Changes, Rule.UNKNOWN, "comes out changed"),
        (broken.Races, Rule.UNKNOWN, "data and control frames going downstream come out in another order"),
        (broken.RacesWithAudio, Rule.ORDER, "another order than it came in: TTSAudioRawFrame"),
        (broken.Raises, Rule.RAISES, "raises KeyError on LLMTextFrame"),
        (broken.RaisesOnAll, Rule.RAISES, "raises RuntimeError"),
        (broken.RaisesWhenBuilt, Rule.BUILDS, "raises RuntimeError when built (no such device)"),
        (broken.RaisesInSetup, Rule.BUILDS, "setup() raises RuntimeError (no connection)"),
        (broken.RaisesInTask, Rule.RAISES, "raises KeyError on its own in task _fail"),
        (broken.ForgetsSuper, Rule.CALLS_SUPER, "does not call the base class"),
        (broken.ForgetsSuperCleanup, Rule.LEAVES, "cleanup() does not reach the base class"),
        (broken.LeaksTask, Rule.LEAVES, "a task is left running after cleanup(): _listen"),
        (broken.LeaksPlainTask, Rule.LEAVES, "a task is left running after cleanup(): sleep"),
        (broken.LeaksSocket, Rule.LEAVES, "a socket is left open"),
        (broken.LeaksFile, Rule.LEAVES, "is left open after cleanup()"),
        (broken.KeepsFrames, Rule.KEEPS, "120 of 120 frames that it has passed on, in self._history"),
        (broken.HoldsUp, Rule.HOLDS_UP, "what comes behind a turn is held up"),
        (broken.HoldsUpSystemFrames, Rule.SIGNALS, "InterruptionFrame does not come out"),
        (broken.HangsInCleanup, Rule.BUILDS, "cleanup() is not done after"),
    ],
    ids=lambda value: value.__name__ if inspect.isclass(value) else "",
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_processor_that_breaks_one_rule_is_told_what_and_where(processor, rule, said):
    with pytest.raises(NotConformant) as caught:
        await check_processor(processor, patience_secs=SHORT_SECS)
    broken_rules = {finding.rule for finding in caught.value.report.findings}
    assert rule in broken_rules, str(caught.value)
    (line,) = lines_of(processor)
    told = re.findall(r"broken\.py:(\d+)[^:]*: (.*)", str(caught.value))
    assert any(int(at) == line and said in text for at, text in told), str(caught.value)


async def test_a_thread_that_is_left_running_is_named_with_where_it_waits():
    report = await examine(broken.LeaksThread, patience_secs=SHORT_SECS)
    (finding,) = report.of(Rule.LEAVES)
    assert "(_wait) is left running" in finding.wrong
    assert finding.place is not None
    assert [finding.place.line] == lines_of(broken._wait)


async def test_a_processor_that_swallows_its_cancellation_does_not_stop_the_check():
    report = await examine(broken.IgnoresCancellation, patience_secs=0.3)
    assert report.of(Rule.CANCELS) or report.of(Rule.BUILDS) or report.of(Rule.LIFE)


async def test_one_fault_is_told_once_and_not_what_follows_from_it():
    report = await examine(broken.RaisesOnAll, patience_secs=SHORT_SECS)
    assert [finding.rule for finding in report.findings] == [Rule.RAISES]


async def test_a_wrong_option_is_named_as_in_a_settings_file():
    with pytest.raises(NotConformant, match="option start_secs"):
        await check_processor("vad.silero", {"start_secs": -1})


async def test_a_component_that_is_not_there_is_one_finding():
    with pytest.raises(NotConformant, match="no module no_such_module"):
        await check_processor("no_such_module:Thing")


async def test_what_a_frame_costs_is_noted():
    report = await check_processor(broken.Passing)
    assert re.search(r"a frame takes \d+ µs \(median of \d+\)", str(report))


@pytest.mark.parametrize("name", sorted(short_names()))
async def test_every_component_of_ours_keeps_the_rules(name):
    await check_processor(short_names()[name].value, OPTIONS.get(name, {}))


@pytest.mark.parametrize(
    ("name", "answer"),
    [("llm.openai", lambda: tokens("Yes, ", "I can.")), ("tts.openai", lambda: sound(bytes(48_000)))],
)
async def test_our_services_keep_the_rules_while_their_upstream_answers_too(name, answer):
    async def respond(_):
        return answer()

    async with running_upstream() as upstream:
        upstream: Upstream
        upstream.answer = respond
        report = await check_processor(
            short_names()[name].value, OPTIONS[name], call=upstream.call(), patience_secs=10
        )
    assert "faults" not in str(report)


@pytest.mark.parametrize(
    ("processor", "options"),
    [
        (IdentityFilter, {}),
        (FrameFilter, {"types": (Frame,)}),
        (SentenceAggregator, {}),
        (StatelessTextTransformer, {"transform_fn": str.upper}),
    ],
)
async def test_pipecats_own_keep_the_rules(processor, options):
    await check_processor(processor, options)


async def test_a_filter_that_is_meant_to_drop_everything_is_told_that_it_does():
    report = await examine(NullFilter, patience_secs=SHORT_SECS)
    assert "does not come out" in str(report.of(Rule.UNKNOWN))


CONFORMANCE = """
from turnwise.testing import ProcessorConformance
from broken import {name}


class TestIt(ProcessorConformance):
    processor = {name}
    patience_secs = 1.0
"""


def test_as_tests_each_rule_has_one_and_only_the_broken_one_fails(tmp_path, pytester_run):
    (tmp_path / "broken.py").write_text(Path(broken.__file__).read_text())
    (tmp_path / "test_it.py").write_text(CONFORMANCE.format(name="DropsEnd"))
    shown = pytester_run(tmp_path)
    assert f"1 failed, {len(Rule) - 1} passed" in shown
    assert "FAILED test_it.py::TestIt::test_it_passes_the_start_and_the_end_of_a_call_on" in shown
    assert "EndFrame does not come out within 1 s" in shown
