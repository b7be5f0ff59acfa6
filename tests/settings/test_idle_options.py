"""An option that means nothing beside what else is set is told, where somebody wrote it for that."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

AGENT = Path(sys.executable).parent / "agent"
IN_WRITING, BY_SOUND, OURS = (
    "output = 'text'\n",
    "turn_detection = 'semantic_vad'\n",
    "gate -> vad -> realtime",
)
COMBINATIONS = {
    "eagerness of server_vad": ("", "eagerness = 'low'", 'turn_detection = "semantic_vad"'),
    "threshold of semantic_vad": (BY_SOUND, "threshold = 0.7", 'turn_detection = "server_vad"'),
    "silence of semantic_vad": (BY_SOUND, "silence_secs = 1.0", 'turn_detection = "server_vad"'),
    "prefix of semantic_vad": (BY_SOUND, "prefix_secs = 0.1", 'turn_detection = "server_vad"'),
    "voice in writing": (IN_WRITING, "voice = 'cedar'", 'output = "audio"'),
    "speed in writing": (IN_WRITING, "speed = 1.2", 'output = "audio"'),
    "detection behind a vad": (OURS, "turn_detection = 'semantic_vad'", "vad"),
    "threshold behind a vad": (OURS, "threshold = 0.7", "vad"),
    "silence behind a vad": (OURS, "silence_secs = 1.0", "vad"),
    "prefix behind a vad": (OURS, "prefix_secs = 0.1", "vad"),
    "eagerness behind a vad": (OURS, "eagerness = 'low'", "vad"),
}


def check(folder, settings, **variables):
    """What `agent check` says of settings on top of the shipped ones."""
    (folder / "settings.toml").write_text(f"extends = 'shipped'\n{settings}")
    env = {"PATH": os.defpath, "HOME": str(folder), **variables}
    shown = subprocess.run([AGENT, "check"], cwd=folder, env=env, capture_output=True, text=True, timeout=60)
    return shown.returncode, shown.stdout.splitlines()


def table(name, beside, option):
    """An agent of three keys: the option stands in the last line."""
    line = f"pipeline = '{beside}'\n" if beside == OURS else ""
    return (
        f"[agents.{name}]\nextends = 'realtime'\n{line}[agents.{name}.realtime]\n"
        f"{'' if line else beside}{option}\n"
    )


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What is said of all combinations, each in an agent of its own."""
    folder = tmp_path_factory.mktemp("idle")
    whole = "".join(
        table(f"n{n}", beside, option) for n, (beside, option, _) in enumerate(COMBINATIONS.values())
    )
    code, lines = check(folder, whole)
    written = ["", *(folder / "settings.toml").read_text().splitlines()]
    return code, lines, written


@pytest.mark.parametrize("name", COMBINATIONS)
def test_an_option_that_means_nothing_is_told_with_its_place_and_what_to_do(said, name):
    (code, lines, written), number = said, list(COMBINATIONS).index(name)
    _, option, wanted = COMBINATIONS[name]
    key = option.partition(" ")[0]
    (line,) = [line for line in lines if f": agents.n{number}.realtime." in line]
    place, _, told = line.partition(f": agents.n{number}.realtime.{key}: ")
    if wanted == "vad":
        assert told == "means nothing with vad in the line; take one of the two out"
    else:
        assert told == f"means something only with {wanted}; set that too, or take it out"
    assert (code, written[int(place.removeprefix("settings.toml:"))]) == (2, option)


WAITS = {
    "realtime": ("realtime", "", "first_secs"),
    "stt": ("default", "", "answer_secs"),
    "stt by uploads": ("default", "stt.use = 'openai'\nstt.model = 'm'\n", "answer_secs"),
    "llm": ("default", "", "first_token_secs"),
    "tts": ("default", "", "first_audio_secs"),
}


@pytest.mark.parametrize("kind", WAITS)
def test_a_wait_that_outlasts_the_turn_is_told(problems, load, kind):
    extended, beside, option = WAITS[kind]
    mine = f"[agents.mine]\nextends = '{extended}'\n{beside}{kind.partition(' ')[0]}.{option} = 10\n"
    told = problems("extends = 'shipped'\n" + mine)
    assert told.endswith(f".{option}: means nothing above recovery.answer_secs = 4.8; raise that too")
    assert load(f"extends = 'shipped'\n{mine}recovery.answer_secs = 10\n")


DEFAULTS = "voice = 'marin'\nthreshold = 0.5\nsilence_secs = 0.5\nprefix_secs = 0.3\neagerness = 'auto'\n"
QUIET = {
    "defaults": table("mine", IN_WRITING, DEFAULTS) + table("ours", OURS, DEFAULTS),
    "where it means something": table("mine", BY_SOUND, "eagerness = 'low'\nvoice = 'cedar'")
    + table("ours", OURS, "voice = 'cedar'")
    + table("loud", "", "threshold = 0.7\nsilence_secs = 1.0\nprefix_secs = 0.1"),
    "of an agent that is extended": "[agents.realtime.realtime]\nvoice = 'cedar'\nthreshold = 0.7\n"
    "[agents.ours]\nextends = 'realtime'\npipeline = 'gate -> vad -> realtime'\n"
    "[agents.finished]\nextends = 'realtime'\n[agents.finished.realtime]\nturn_detection = 'semantic_vad'\n",
}


@pytest.mark.parametrize("kind", QUIET)
def test_nothing_is_said_of_what_nobody_wrote_for_it(load, kind):
    assert load("extends = 'shipped'\n" + QUIET[kind])


def test_nothing_is_said_of_what_a_layer_on_top_overrules(load):
    mine = table("mine", BY_SOUND, "eagerness = 'low'")
    assert load("extends = 'shipped'\n" + mine, local="[agents.mine.realtime]\nturn_detection = 'server_vad'")


OVERRULED = {
    "in one line": "[agents.mine]\nrealtime = {output = 'text'}\n",
    "from a variable": "[agents.mine.realtime]\noutput_env = 'OUTPUT'\n",
    "in the agent that is extended": "[agents.realtime.realtime]\noutput = 'text'\n",
}


@pytest.mark.parametrize("where", OVERRULED)
def test_nothing_is_said_of_a_voice_that_a_layer_on_top_takes_away(load, where):
    mine = table("mine", "", "voice = 'cedar'")
    assert load(f"extends = 'shipped'\n{mine}", local=OVERRULED[where], OUTPUT="text")


OF_ONES_OWN = """
from typing import Annotated

from pipecat.processors.frame_processor import FrameProcessor
from turnwise.agents.options.only_with import OnlyWith


class Soft(FrameProcessor):
    def __init__(self, *, mode: str = "soft", softness: Annotated[int, OnlyWith("mode", "soft")] = 1):
        super().__init__()
"""


@pytest.mark.parametrize("key", ["eagerness = 'low'", "eagerness_env = 'EAGERNESS'"])
def test_it_is_told_however_it_is_written(problems, key):
    mine = "[agents.mine]\nextends = 'default'\npipeline = 'gate -> realtime'\n"
    said = problems(local=f"{mine}realtime = {{use = 'openai', model = 'm', {key}}}\n", EAGERNESS="low")
    name = key.partition(" ")[0]
    assert said.startswith(f"settings.local.toml:4: agents.mine.realtime.{name}: means something only with ")


def test_a_component_of_ones_own_says_so_of_its_options(problems, tmp_path):
    (tmp_path / f"{tmp_path.name}.py").write_text(OF_ONES_OWN)
    line = "[agents.default]\nprompt = 'x'\npipeline = 'soft'\n[agents.default.soft]\n"
    said = problems(f"{line}use = '{tmp_path.name}:Soft'\nsoftness = 2\nmode = 'hard'\n")
    assert said == (
        "settings.toml:6: agents.default.soft.softness: means something only with "
        'mode = "soft"; set that too, or take it out'
    )


def test_endpointing_is_told_where_the_model_says_itself_that_a_turn_is_over(problems):
    mine = "[agents.mine]\nextends = 'default'\npipeline = 'gate -> realtime'\n"
    mine += (
        "[agents.mine.realtime]\nuse = 'openai'\nmodel = 'm'\n[agents.mine.endpointing]\nsilence_secs = 0.9\n"
    )
    assert problems(local=mine) == (
        "settings.local.toml:7: agents.mine.endpointing: is not in the pipeline; "
        "put vad before the model or take the table out"
    )


def test_it_is_told_of_a_variable_by_its_name(problems):
    mine = "[agents.mine]\nextends = 'default'\npipeline = 'gate -> realtime'\n"
    mine += "[agents.mine.realtime]\nuse = 'openai'\nmodel = 'm'\n"
    said = problems(local=mine, TURNWISE_AGENTS__MINE__REALTIME__EAGERNESS="low")
    assert said.startswith(
        "TURNWISE_AGENTS__MINE__REALTIME__EAGERNESS: agents.mine.realtime.eagerness: means"
    )
