"""Settings files made for one test."""

from collections.abc import Callable
from pathlib import Path

import pytest
from turnwise.agents.load import load_settings
from turnwise.agents.settings.model import Settings
from turnwise.agents.settings.problems import SettingsError

AGENT = """
[agents.default]
prompt = "Be brief."
pipeline = "gate -> vad -> stt -> llm -> tts"
[agents.default.vad]
use = "silero"
[agents.default.stt]
use = "openai"
model = "m"
[agents.default.llm]
use = "openai"
model = "m"
[agents.default.tts]
use = "openai"
model = "m"
"""

Load = Callable[..., Settings]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Loads settings from text; the agent above is there unless the text has agents of its own."""
    monkeypatch.chdir(tmp_path)

    def load(text: str = "", *, local: str = "", dotenv: str = "", **variables: str) -> Settings:
        whole = text if "[agents.default]" in text else text + AGENT
        (tmp_path / "settings.toml").write_text(whole)
        if local:
            (tmp_path / "settings.local.toml").write_text(local)
        if dotenv:
            (tmp_path / ".env.local").write_text(dotenv)
        return load_settings(None, variables)

    return load


@pytest.fixture
def problems(load: Load) -> Callable[..., str]:
    """What is wrong with settings, as it is printed."""

    def problems(text: str = "", **more: str) -> str:
        with pytest.raises(SettingsError) as caught:
            load(text, **more)
        return str(caught.value)

    return problems
