"""`x_env = "VARIABLE"`: an option from a variable, whose value nobody gets to see."""

import pytest
from turnwise.agents.options.hidden import opened
from turnwise.agents.settings.model import StageSettings

GROQ = "use = 'pipecat.services.groq.llm:GroqLLMService'"
AGENT = "[agents.default]\nprompt = 'x'\npipeline = 'mine'\n[agents.default.mine]\n"
SECRET = "sk-nobody-sees-this"


def mine(settings) -> StageSettings:
    return next(stage for stage in settings.agents["default"].stages if stage.name == "mine")


def test_an_option_comes_from_the_variable_that_is_named_and_is_not_shown(load):
    settings = load(f"{AGENT}{GROQ}\napi_key_env = 'MY_KEY'", MY_KEY=SECRET)
    assert mine(settings).options["api_key"].value == SECRET
    assert SECRET not in repr(settings)


def test_the_dotenv_file_is_a_place_for_it_too(load):
    settings = load(f"{AGENT}{GROQ}\napi_key_env = 'MY_KEY'", dotenv=f"MY_KEY={SECRET}\n")
    assert mine(settings).options["api_key"].value == SECRET


def test_an_option_inside_a_table_comes_from_a_variable_too_and_hides_the_whole_table(load):
    text = f"{AGENT}{GROQ}\napi_key = 'k'\n[agents.default.mine.settings]\nmodel_env = 'MY_MODEL'"
    settings = load(text, MY_MODEL=SECRET)
    assert mine(settings).options["settings"].value.model == SECRET
    assert SECRET not in repr(settings)


def test_a_number_from_a_variable_becomes_one(load):
    text = f"{AGENT}use = 'endpointing.fixed'\nsilence_secs_env = 'SILENCE'"
    assert mine(load(text, SILENCE="0.8")).options["silence_secs"].value == 0.8


def test_our_own_components_take_it_as_well(load):
    settings = load(local="[agents.default.tts]\nvoice_env = 'VOICE'", VOICE="coral")
    tts = next(stage for stage in settings.agents["default"].stages if stage.name == "tts")
    assert tts.options["voice"].value == "coral"


WAYS = {
    "from a variable over a value": ("[agents.default.tts]\nvoice_env = 'VOICE'", {}, "coral"),
    "in an agent that extends another": (
        "[agents.mine]\nextends = 'default'\n[agents.mine.tts]\nvoice_env = 'VOICE'",
        {},
        "coral",
    ),
    "a value over one from a variable": (
        "[agents.parent]\nextends = 'default'\n[agents.parent.tts]\nvoice_env = 'VOICE'\n"
        "[agents.mine]\nextends = 'parent'\n[agents.mine.tts]\nvoice = 'nova'",
        {},
        "nova",
    ),
    "a variable of ours over it": (
        "[agents.default.tts]\nvoice_env = 'VOICE'",
        {"TURNWISE_AGENTS__DEFAULT__TTS__VOICE": "nova"},
        "nova",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_last_layer_says_where_an_option_comes_from(load, way):
    text, variables, voice = WAYS[way]
    settings = load("extends = 'shipped'\n[agents.default]\n", local=text, VOICE="coral", **variables)
    agent = settings.agents["mine" if "mine" in text else "default"]
    tts = next(stage for stage in agent.stages if stage.name == "tts")
    assert opened(tts.options)["voice"] == voice


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (
            "api_key_env = 'MY_KEY'",
            "settings.toml:6: agents.default.mine.api_key_env: names the variable MY_KEY, which is not set; "
            "set it in .env.local or in the environment",
        ),
        (
            "api_key = 'k'\napi_key_env = 'OTHER'",
            "settings.toml:7: agents.default.mine.api_key_env: and api_key are both given; "
            "keep one of the two",
        ),
        (
            "api_key = 'k'\nbase_ulr_env = 'OTHER'",
            "settings.toml:7: agents.default.mine.base_ulr_env: is not a known key; "
            "did you mean base_url_env?",
        ),
        (
            "api_key_env = 3",
            "settings.toml:6: agents.default.mine.api_key_env: must be the name of a variable; "
            'write api_key_env = "NAME"',
        ),
        (
            "api_key = 'k'\nretry_timeout_secs_env = 'OTHER'",
            "settings.toml:7: agents.default.mine.retry_timeout_secs_env: names a value that "
            "must be a number; change it",
        ),
    ],
)
def test_what_is_wrong_with_it_is_one_problem_without_its_value(problems, option, said):
    assert problems(f"{AGENT}{GROQ}\n{option}\n", OTHER=SECRET) == said


def test_the_value_is_not_in_what_a_component_says_when_it_cannot_be_built(problems, tmp_path):
    (tmp_path / "loud.py").write_text(
        "from pipecat.processors.frame_processor import FrameProcessor\n"
        "class Loud(FrameProcessor):\n"
        "    def __init__(self, key: str):\n"
        "        raise ValueError(f'{key} is refused')\n"
    )
    said = problems(f"{AGENT}use = 'loud:Loud'\nkey_env = 'MY_KEY'", MY_KEY=SECRET)
    assert "raises ValueError when built (********** is refused)" in said
    assert SECRET not in said


def test_a_long_value_that_pydantic_refuses_is_not_shown_in_part(problems, tmp_path):
    (tmp_path / "strict_one.py").write_text(
        "from pipecat.processors.frame_processor import FrameProcessor\n"
        "from pydantic import BaseModel\n"
        "class Account(BaseModel):\n"
        "    number: int\n"
        "class Strict(FrameProcessor):\n"
        "    def __init__(self, key: str):\n"
        "        Account(number=key)\n"
    )
    said = problems(f"{AGENT}use = 'strict_one:Strict'\nkey_env = 'MY_KEY'", MY_KEY="sk-" + "0123456789" * 9)
    assert "raises ValidationError when built (number: Input should be a valid integer" in said
    assert "sk-0" not in said
