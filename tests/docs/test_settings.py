"""Every setting is in the shipped file and on its page, with the default that it has."""

import re
import tomllib
from enum import Enum

import pytest
from pydantic import SecretStr
from turnwise.agents.settings import sections
from turnwise.agents.settings.model import AgentFields
from turnwise.agents.settings.pipeline import IMPLIED

from .blocks import ROOT, text_of

PAGE = text_of("settings.md")
SHIPPED = (ROOT / "settings.toml").read_text()
SECTIONS = {f"[{name}]": section for name, section in sections.SECTIONS.items()}
TABLES = {**SECTIONS, "[agents.NAME]": AgentFields}


def told(table):
    """The keys of a table on the page, with the defaults given there."""
    rows = PAGE.split(f"### `{table}`\n", 1)[1].split("\n#", 1)[0]
    return dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", rows, re.MULTILINE))


def default_of(field):
    """A default as it is written in a table of the page."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    value = value.get_secret_value() if isinstance(value, SecretStr) else value
    value = value.value if isinstance(value, Enum) else value
    if value is None:
        return "none"
    text = str(value).lower() if isinstance(value, bool) else str(value).replace("'", '"')
    return f'`"{value}"`' if isinstance(value, str) else f"`{text}`"


@pytest.mark.parametrize("table", TABLES)
def test_every_key_is_told_with_its_default(table):
    fields = TABLES[table].model_fields
    extra = {"extends": "none"} if table == "[agents.NAME]" else {}
    assert told(table) == {key: default_of(field) for key, field in fields.items()} | extra


@pytest.mark.parametrize("table", TABLES)
def test_the_shipped_file_names_every_key(table):
    lines = SHIPPED.splitlines()
    missing = [key for key in TABLES[table].model_fields if not any(_sets(line, key) for line in lines)]
    assert missing == []


def _sets(line, key):
    """Whether a line sets a key, tells how to, or says which variable does."""
    return re.match(rf"(# )?{key}\b\s*(=|:|,)|# .*\b{key}: TURNWISE_|# .*\b{key} ", line) is not None


def test_the_shipped_file_sets_what_is_the_default_anyway():
    shipped = tomllib.loads(SHIPPED)
    for name, section in sections.SECTIONS.items():
        values = shipped.get(name, {})
        assert section(**values) == section(), name


def test_every_implied_stage_is_told():
    rows = PAGE.split("| implied stage |", 1)[1].split("\n\n", 1)[0]
    assert set(re.findall(r"^\| `(\w+)` \|", rows, re.MULTILINE)) == set(IMPLIED)
