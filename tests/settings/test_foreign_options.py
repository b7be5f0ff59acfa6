"""Options of components that were not written for a settings file: tables, enums, paths."""

import pytest
from pipecat.transcriptions.language import Language

AGENT = "[agents.default]\nprompt = 'x'\npipeline = 'mine'\n[agents.default.mine]\n"
GROQ = f"{AGENT}use = 'pipecat.services.groq.stt:GroqSTTService'\napi_key = 'k'\n"
CARTESIA = f"{AGENT}use = 'pipecat.services.cartesia.tts:CartesiaTTSService'\napi_key = 'k'\n"
TABLE = "[agents.default.mine.settings]\n"

OWN = """
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Callable, Literal

from pipecat.processors.frame_processor import FrameProcessor
from pydantic import BaseModel, Field, SecretStr


class Tone(Enum):
    LOW = 1
    HIGH = 2


class Room(BaseModel):
    size: int = Field(gt=0)
    doors: tuple[str, ...] = ()


@dataclass
class House:
    rooms: list[Room]
    path: Path | None = None


class Mine(FrameProcessor):
    def __init__(
        self,
        *,
        house: House | None = None,
        tone: Tone = Tone.LOW,
        key: SecretStr | None = None,
        either: int | str | None = None,
        on_end: Callable[[], None] | None = None,
        tags: set[str] = frozenset(),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.told = (house, tone, key, either, tags)
"""


@pytest.fixture
def own(tmp_path):
    """A module of one's own beside the settings file."""
    name = f"own_{tmp_path.name}".replace("-", "_")
    (tmp_path / f"{name}.py").write_text(OWN)
    return f"{AGENT}use = '{name}:Mine'\n"


def options(settings):
    return next(stage for stage in settings.agents["default"].stages if stage.name == "mine").options


def test_a_nested_settings_class_is_a_table_and_what_is_not_in_it_stays_the_services_own(load):
    given = options(load(f"{GROQ}{TABLE}language = 'de'\ntemperature = 0.5"))["settings"]
    assert given.given_fields() == {"language": Language.DE, "temperature": 0.5}


def test_text_list_and_table_become_what_the_component_asks_for(load, own):
    text = (
        f"{own}tone = 'high'\nkey = 's'\neither = 'two'\ntags = ['a', 'a']\n"
        "[agents.default.mine.house]\npath = '/tmp/x'\nrooms = [{size = 3, doors = ['n']}]\n"
    )
    given = options(load(text))
    house = given["house"]
    assert (given["tone"].name, given["either"], given["tags"]) == ("HIGH", "two", {"a"})
    assert (house.rooms[0].size, house.rooms[0].doors, str(house.path)) == (3, ("n",), "/tmp/x")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{GROQ}{TABLE}langauge = 'en'", "settings.langauge: is not a known key; did you mean language?"),
        (f"{GROQ}{TABLE}temperature = 'hot'", "settings.temperature: must be a number, not 'hot'"),
        (f"{GROQ}{TABLE}temperature = nan", "settings.temperature: must be a finite number"),
        (f"{GROQ}{TABLE}model = 3", "settings.model: must be text, not 3"),
        (f"{GROQ}settings = 3", "mine.settings: must be a table"),
        (f"{GROQ}include_prob_metrics = 1", "include_prob_metrics: must be true or false, not 1"),
        (f"{GROQ}modle = 'm'", "mine.modle: is not a known key; did you mean model?"),
        (f"{CARTESIA}text_aggregation_mode = 'words'", "must be 'sentence' or 'token', not 'words'"),
        (f"{GROQ}language = 'klingon'", "must be a Language such as"),
        (f"{GROQ}metrics = 1", "cannot be set here, because it is a FrameProcessorMetrics; take it out"),
    ],
)
def test_what_is_wrong_in_a_service_of_pipecats_names_its_key_and_place(problems, text, said):
    shown = problems(text)
    assert said in shown
    assert shown.startswith("settings.toml:")
    assert len(shown.splitlines()) == 1


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("tone = 'loud'", "tone: must be 'low' or 'high', not 'loud'"),
        ("either = 1.5", "either: must be whole number or text, not 1.5"),
        ("on_end = 'x'", "on_end: cannot be set here, because it is a function; take it out"),
        ("key = 1", "key: must be text"),
        ("house = {rooms = [{size = 0}]}", "house.rooms.0.size: must be greater than 0, not 0"),
        ("house = {rooms = [{siez = 1, size = 1}]}", "is not a known key; did you mean size?"),
        ("house = {}", "house.rooms: is missing; set it"),
    ],
)
def test_what_is_wrong_in_ones_own_component_is_as_exact(problems, own, option, said):
    assert said in problems(f"{own}{option}\n")


def test_a_missing_extra_is_one_sentence_that_names_it_and_how_to_install_it(problems):
    said = problems(f"{AGENT}use = 'pipecat.services.deepgram.stt:DeepgramSTTService'")
    assert said == (
        "settings.toml:5: agents.default.mine.use: pipecat.services.deepgram.stt:DeepgramSTTService needs "
        'Pipecat\'s extra deepgram; install it with: uv add "pipecat-ai[deepgram]"'
    )


def test_what_no_settings_file_can_build_shows_the_python_that_can(problems):
    said = problems(f"{AGENT}use = 'pipecat.processors.filters.function_filter:FunctionFilter'")
    first, *python = said.splitlines()
    assert "cannot be built from settings: its `filter` is a function; write my_parts.py beside" in first
    assert first.endswith('name it: use = "my_parts:function_filter"')
    assert len(python) == 4
    compile("\n".join(line.removeprefix("    ") for line in python), "my_parts.py", "exec")


def test_the_options_that_settings_can_give_stay_options_of_that_python(problems):
    said = problems(f"{AGENT}use = 'pipecat.processors.idle_frame_processor:IdleFrameProcessor'")
    assert "def idle_frame_processor(*, timeout: float) -> IdleFrameProcessor:" in said
    assert "return IdleFrameProcessor(callback=..., timeout=timeout)" in said
