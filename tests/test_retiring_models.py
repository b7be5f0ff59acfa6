"""The dates at which models end are those that OpenAI's own package tells."""

import re
from datetime import date
from pathlib import Path

import openai.types
from turnwise.agents.retiring_models import RETIRING, retirement_of
from turnwise.agents.settings.layers import SHIPPED_SETTINGS

_SAID = re.compile(r'((?:"[\w.\-]+"(?:, )?)+): Announced shutdown date: ([\d-]{10})')


def said_by_openai():
    """Every model of which a docstring in `openai.types` announces the end, and when."""
    said = {}
    for file in Path(openai.types.__file__).parent.rglob("*.py"):
        text = re.sub(r"\s+", " ", file.read_text(encoding="utf-8"))
        for models, on in _SAID.findall(text):
            said |= dict.fromkeys(re.findall(r'"([\w.\-]+)"', models), date.fromisoformat(on))
    return said


def test_every_end_that_openai_announces_in_its_package_is_known():
    said = said_by_openai()
    assert len(said) > 90
    assert {model: RETIRING[model].on if model in RETIRING else None for model in said} == said


def test_only_preview_models_of_the_realtime_api_have_their_date_from_elsewhere():
    others = RETIRING.keys() - said_by_openai().keys()
    assert {model for model in others if "-realtime-preview" not in model} == set()
    assert "gpt-4o-realtime-preview-2024-12-17" in others


def test_what_is_told_to_be_used_instead_does_not_end_itself():
    for end in RETIRING.values():
        for model in re.findall(r"\bgpt-[\w.-]*\w", end.instead):
            assert model not in RETIRING, f"{end.model}: {end.instead}"


def test_of_the_shipped_models_only_the_voice_ends():
    shipped = re.findall(r'^\w*model = "(.+?)"', SHIPPED_SETTINGS.read_text(), re.MULTILINE)
    assert {model for model in shipped if model in RETIRING} == {"gpt-4o-mini-tts"}


def test_a_model_that_was_fine_tuned_ends_with_its_base():
    assert retirement_of("ft:gpt-4o-mini-2024-07-18:me::x") == RETIRING["gpt-4o-mini-2024-07-18"]
    assert retirement_of("ft:") is None
    assert retirement_of("gpt-6-luna") is None
