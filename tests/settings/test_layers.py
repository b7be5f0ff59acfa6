"""Each layer stands on the one before, and text stays text."""

import pytest
from turnwise.agents.load import load_settings
from turnwise.agents.settings.layers import SHIPPED_SETTINGS


def test_without_any_file_the_shipped_settings_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load_settings(None, {})
    assert settings.default_agent in settings.agents


def test_a_later_layer_stands_on_the_one_before(load):
    settings = load(
        "[server]\nport = 1\nmax_calls = 1\nrejoin_secs = 1", local="[server]\nport = 2\nmax_calls = 2"
    )
    assert (settings.server.port, settings.server.max_calls, settings.server.rejoin_secs) == (2, 2, 1.0)


def test_variables_stand_on_the_dotenv_file_and_that_on_the_files(load):
    settings = load(
        "[server]\nport = 1\nmax_calls = 1\nrejoin_secs = 1",
        dotenv="TURNWISE_SERVER__PORT=2\nTURNWISE_SERVER__MAX_CALLS=2\n",
        TURNWISE_SERVER__PORT="3",
    )
    assert (settings.server.port, settings.server.max_calls, settings.server.rejoin_secs) == (3, 2, 1.0)


def test_a_list_in_a_later_layer_replaces_the_earlier_one(load):
    settings = load(
        '[server]\nallowed_origins = ["https://a"]', local='[server]\nallowed_origins = ["https://b"]'
    )
    assert settings.server.allowed_origins == ["https://b"]


@pytest.mark.parametrize(
    "text", ["1e10", "true", "12345678901234567890", "@int 7", "[1]", '"quoted"', "2026-01-01"]
)
def test_text_from_a_variable_stays_text_whatever_it_looks_like(load, text):
    settings = load(TURNWISE_AUTH__API_KEY=text, TURNWISE_AGENTS__DEFAULT__PROMPT=text)
    assert settings.auth.api_key.get_secret_value() == text
    assert settings.agents["default"].fields.prompt == text


def test_the_file_of_keys_is_never_committed_and_need_not_be_there(load):
    assert load().openai.api_key is None
    ignored = (SHIPPED_SETTINGS.parent / ".gitignore").read_text().splitlines()
    started = (SHIPPED_SETTINGS.parent / "agents" / "cli" / "starter" / "gitignore").read_text().splitlines()
    for name in (".env.local", "settings.local.toml"):
        assert name in ignored
        assert name in started


def test_text_in_a_file_is_not_cast_either(load):
    settings = load('[agents.default]\nprompt = "@format {env[HOME]}"\npipeline = "gate"')
    assert settings.agents["default"].fields.prompt == "@format {env[HOME]}"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("SERVER__PORT", "9000", 9000),
        ("SERVER__REJOIN_SECS", "1.5", 1.5),
        ("SERVER__ALLOWED_ORIGINS", '["https://a"]', ["https://a"]),
    ],
)
def test_a_variable_for_something_else_than_text_is_read_as_toml(load, name, text, value):
    settings = load(**{f"TURNWISE_{name}": text})
    assert getattr(settings.server, name.rpartition("__")[2].lower()) == value


def test_a_variable_reaches_an_option_of_a_stage(load):
    settings = load(TURNWISE_AGENTS__DEFAULT__ENDPOINTING__SILENCE_SECS="0.8")
    stage = next(stage for stage in settings.agents["default"].stages if stage.name == "endpointing")
    assert stage.options == {"silence_secs": 0.8}


def test_the_way_to_openai_comes_from_variables(load):
    openai = load(dotenv="OPENAI_API_KEY=sk-1\n", OPENAI_BASE_URL="http://127.0.0.1:1/v1").openai
    assert openai.api_key.get_secret_value() == "sk-1"
    assert openai.base_url == "http://127.0.0.1:1/v1"


def test_settings_cannot_be_changed_once_made(load):
    settings = load()
    with pytest.raises(Exception, match="frozen"):
        settings.server.port = 1


def test_a_stage_swapped_in_a_later_layer_does_not_inherit_the_old_components_options(load):
    swapped = load(local="[agents.default.vad]\nuse = 'gate'")
    assert next(stage for stage in swapped.agents["default"].stages if stage.name == "vad").options == {}


def test_a_stage_swapped_by_a_variable_starts_afresh_too(load):
    line = "[agents.default]\nprompt = 'x'\npipeline = 'a'\n"
    text = f"{line}[agents.default.a]\nuse = 'vad.silero'\nstop_secs = 0.5"
    (stage,) = [
        s
        for s in load(text, TURNWISE_AGENTS__DEFAULT__A__USE="gate").agents["default"].stages
        if s.name == "a"
    ]
    assert (stage.use, stage.options) == ("gate", {})


def test_a_line_drawn_anew_in_a_later_layer_may_leave_out_stages_that_have_tables_below(load):
    shorter = load(local="[agents.default]\npipeline = 'gate -> stt -> llm -> tts'")
    assert "vad" not in [stage.name for stage in shorter.agents["default"].stages]


def test_dollars_in_the_dotenv_file_stay_dollars(load):
    assert (
        load(dotenv="TURNWISE_AUTH__API_KEY=a$d${HOME}0\n").auth.api_key.get_secret_value() == "a$d${HOME}0"
    )
