"""Whoever names a model that OpenAI shuts down is told so, by name and date, and what to use instead."""

from datetime import date

import pytest
from turnwise.agents.cli.check import check
from turnwise.agents.settings import model_dates

from .conftest import AGENT

GONE = "gpt-4o-realtime-preview-2024-12-17"
STOCK = "[agents.default]\nprompt = 'x'\npipeline = 'llm'\n[agents.default.llm]\nuse = '{}'\n"
OPENAI_LLM = STOCK.format("pipecat.services.openai.llm:OpenAILLMService")


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """A day before the ends that are announced."""
    monkeypatch.setattr(model_dates, "_today", lambda: date(2026, 11, 21))


def warnings_of(settings, key):
    return [warning for warning in settings.warnings if f" {key}: " in warning]


def test_a_model_that_is_gone_is_taken_as_a_name_with_its_warning(load):
    settings = load(local=f"[agents.default.llm]\nmodel = '{GONE}'")
    assert "llm" in [stage.name for stage in settings.agents["default"].stages]
    assert settings.warnings == (
        f"settings.local.toml:2: agents.default.llm.model: is {GONE}, which OpenAI shut down on 2026-05-07; "
        "use gpt-realtime-2.1",
    )


def test_a_model_that_will_go_is_warned_of_where_it_is_named(load):
    settings = load(local="[agents.default.stt]\nmodel = 'whisper-1'")
    (warning,) = settings.warnings
    assert warning.startswith("settings.local.toml:2: agents.default.stt.model: is whisper-1, which OpenAI ")
    assert "shuts down on 2027-02-26; use gpt-live-transcribe (streaming) or gpt-transcribe" in warning


def test_a_model_in_a_variable_is_warned_of_by_the_variables_name(load):
    (warning,) = load(TURNWISE_AGENTS__DEFAULT__LLM__MODEL="gpt-4o").warnings
    assert warning.startswith("TURNWISE_AGENTS__DEFAULT__LLM__MODEL: agents.default.llm.model: is gpt-4o, ")


def test_a_model_in_a_table_of_a_stock_service_is_found(load):
    settings = load(f"{OPENAI_LLM}[agents.default.llm.settings]\nmodel = 'gpt-4.1'\n")
    (warning,) = warnings_of(settings, "agents.default.llm.settings.model")
    assert "settings.toml:7: " in warning
    assert "is gpt-4.1, which OpenAI shuts down on 2027-01-14; use gpt-6-luna" in warning


def test_the_model_that_a_stock_service_uses_unasked_is_told_too(load):
    (warning,) = warnings_of(load(OPENAI_LLM), "agents.default.llm")
    assert "uses gpt-4.1, for want of a model that is set, which OpenAI shuts down on 2027-01-14" in warning


@pytest.mark.parametrize("key", ["transcription_model", "model"])
def test_any_option_that_names_a_model_is_looked_at(load, tmp_path, key):
    code = "from pipecat.processors.frame_processor import FrameProcessor\n\n\nclass Mine(FrameProcessor):\n"
    code += f"    def __init__(self, *, {key}: str, **kwargs):\n        super().__init__(**kwargs)\n"
    (tmp_path / f"mine_{key}.py").write_text(code)
    text = f"[agents.default]\nprompt = 'x'\npipeline = 'm'\n[agents.default.m]\nuse = 'mine_{key}:Mine'\n"
    (warning,) = load(f"{text}{key} = 'gpt-realtime'\n").warnings
    assert f"agents.default.m.{key}: is gpt-realtime, which OpenAI shuts down on 2027-01-20" in warning


def test_another_vendors_model_of_the_same_name_has_dates_of_its_own(load):
    azure = STOCK.format("pipecat.services.azure.llm:AzureLLMService") + "api_key = 'k'\nendpoint = 'e'\n"
    own = f"{OPENAI_LLM}base_url = 'http://127.0.0.1:1/v1'\napi_key = 'k'\n"
    for text in (azure, own):
        table = "[agents.default.llm.settings]\nmodel = 'gpt-4o'\n"
        assert not [each for each in load(text + table).warnings if "gpt-4o" in each]


def test_what_agents_inherit_is_said_once_and_of_whom_they_inherit_it(load):
    heirs = "[agents.a]\nextends = 'default'\n[agents.b]\nextends = 'a'\n"
    (warning,) = load(local=f"{heirs}[agents.default.llm]\nmodel = 'gpt-4o'").warnings
    assert " agents.default.llm.model: " in warning


def test_the_shipped_voice_is_a_note_and_no_warning_while_it_lasts(load, monkeypatch):
    text = AGENT.replace('"m"', '"gpt-4o-mini-tts"')
    settings = load(text)
    assert settings.warnings == ()
    assert len(settings.notes) == 3
    assert all("gpt-4o-mini-tts, which OpenAI shuts down on 2027-01-06" in note for note in settings.notes)
    monkeypatch.setattr(model_dates, "_today", lambda: date(2027, 1, 6))
    settings = load(text)
    assert settings.notes == ()
    assert "shut down on 2027-01-06" in settings.warnings[0]


def test_check_tells_notes_last_and_exits_with_0(load, capsys):
    load(AGENT.replace('"m"', '"gpt-4o-mini-tts"'), local="[agents.default.llm]\nmodel = 'gpt-4o'")
    check()
    shown = capsys.readouterr()
    assert shown.err.startswith("warning: settings.local.toml:2: agents.default.llm.model: is gpt-4o, ")
    assert shown.out.splitlines()[0].startswith("default (default): [in] -> ")
    assert shown.out.splitlines()[-1].startswith("note: settings.toml:")
