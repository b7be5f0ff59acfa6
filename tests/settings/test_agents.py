"""Any stage can be swapped, inserted, moved or dropped by settings alone."""

import pytest

LINE = "in recovery gate vad stt endpointing llm tts timing out turn state metrics memory transcript"


def stages(settings, agent="default"):
    return [stage.name for stage in settings.agents[agent].stages]


def test_what_is_implied_stands_in_the_line(load):
    assert stages(load()) == LINE.split()


REALTIME = """
[agents.realtime]
extends = "default"
pipeline = "gate -> realtime"
[agents.realtime.realtime]
use = "openai"
model = "m"
[agents.writer]
extends = "realtime"
[agents.writer.realtime]
output = "text"
[agents.spoken]
extends = "writer"
pipeline = "gate -> realtime -> tts"
[agents.written]
extends = "default"
pipeline = "gate -> vad -> stt -> llm"
"""


@pytest.mark.parametrize(
    ("line", "more", "model"),
    [
        ("gate -> realtime", "", "gate realtime"),
        ("gate -> vad -> realtime", "", "gate vad endpointing realtime"),
        ("gate -> realtime", 'tools = ["end_call"]', "gate realtime tool_calls"),
    ],
)
def test_a_model_that_hears_itself_detects_turns_unless_a_vad_is_named(load, line, more, model):
    mine = f"[agents.mine]\nextends = 'realtime'\npipeline = '{line}'\n{more}"
    settings = load(local=REALTIME + mine)
    around = LINE.split()
    assert stages(settings, "mine") == [*around[:2], *model.split(), *around[around.index("timing") :]]


@pytest.mark.parametrize(
    ("agent", "kind", "output"),
    [
        ("default", "cascade", "audio"),
        ("realtime", "realtime", "audio"),
        ("writer", "realtime", "text"),
        ("spoken", "realtime", "audio"),
        ("written", "cascade", "text"),
    ],
)
def test_an_agent_says_what_kind_it_is_and_how_it_answers(load, agent, kind, output):
    found = load(local=REALTIME).agents[agent]
    assert (found.kind, found.output) == (kind, output)


def test_what_a_realtime_model_would_refuse_in_mid_call_is_a_problem_at_start(problems):
    table = (
        "[agents.realtime]\nextends = 'default'\npipeline = 'gate -> realtime'\n[agents.realtime.realtime]\n"
    )
    said = problems(
        local=table + "use = 'openai'\nmodel = 'm'\nspeed = 4.0\nvoice = 'nobody'\noutput = 'both'"
    )
    for key in ("speed", "voice", "output"):
        assert f"agents.realtime.realtime.{key}: must be" in said


def test_a_stage_that_is_named_stands_where_it_is_named(load):
    moved = load(local="[agents.default]\npipeline = 'gate -> vad -> recovery -> stt -> state -> llm -> tts'")
    assert stages(moved) == [
        "in",
        "gate",
        "vad",
        "recovery",
        "stt",
        "state",
        "endpointing",
        "llm",
        "tts",
        "timing",
        "out",
        "turn",
        "metrics",
        "memory",
        "transcript",
    ]


def test_an_implied_stage_can_be_left_out(load):
    assert "transcript" not in stages(load(local="[agents.default.transcript]\nuse = 'none'"))


def test_the_turn_cannot_be_left_out_because_the_gate_needs_it(problems):
    assert "agents.default.turn.use: cannot be left out" in problems(
        local="[agents.default.turn]\nuse = 'none'"
    )


def test_an_agent_extends_another(load):
    settings = load(
        local="[agents.kind]\nextends = 'default'\nprompt = 'Be kind.'\n"
        "[agents.kind.endpointing]\nsilence_secs = 0.9"
    )
    kind = settings.agents["kind"]
    assert kind.fields.prompt == "Be kind."
    assert next(stage for stage in kind.stages if stage.name == "endpointing").options == {
        "silence_secs": 0.9
    }
    assert stages(settings, "kind") == LINE.split()


def test_a_stage_that_names_another_component_does_not_inherit_the_old_ones_options(load):
    settings = load(
        "[agents.default]\nprompt = 'x'\npipeline = 'first'\n"
        "[agents.default.first]\nuse = 'vad.silero'\nstop_secs = 0.5\n"
        "[agents.other]\nextends = 'default'\n[agents.other.first]\nuse = 'gate'\n"
    )
    assert next(stage for stage in settings.agents["other"].stages if stage.name == "first").options == {}


def test_extending_in_a_circle_is_a_problem(problems):
    said = problems(local="[agents.a]\nextends = 'b'\n[agents.b]\nextends = 'a'")
    assert "goes in a circle (a -> b -> a)" in said


def test_what_is_wrong_with_a_parent_is_said_once(problems):
    said = problems(local="[agents.default]\nidle_secs = -1\n[agents.a]\nextends = 'default'")
    assert said.count("idle_secs") == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("gate -> ", "'' is no name"),
        ("gate, vad", "'gate, vad' is no name"),
        ("gate -> gate", "names gate twice"),
        ("in -> gate", "names `in`"),
        ("gate -> nobody", "no component is called 'nobody'"),
    ],
)
def test_a_line_that_cannot_be_drawn_says_why(problems, line, said):
    assert said in problems(f"[agents.default]\nprompt = 'x'\npipeline = '{line}'")


def test_a_table_that_no_line_names_is_a_problem(problems):
    said = problems(local="[agents.default.sst]\nuse = 'openai'")
    assert "agents.default.sst: is not in the pipeline" in said


def test_an_option_with_a_typo_is_told_which_one_was_meant(problems):
    said = problems(local="[agents.default.stt]\nmodle = 'x'")
    assert said == "settings.local.toml:2: agents.default.stt.modle: is not a known key; did you mean model?"


def test_a_component_that_cannot_be_built_is_told_together_with_one_that_cannot_be_found(problems):
    said = problems(
        local="[agents.default.recovery]\napology = 'none.wav'\n[agents.default.gate]\nuse = 'nobody'"
    )
    assert "agents.default.recovery: recovery raises ValueError when built (apology" in said
    assert "agents.default.gate.use: no component is called 'nobody'" in said
