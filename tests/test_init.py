"""`agent init`: an empty folder becomes a project that runs, and a full one is left alone."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from turnwise.agents.cli.init import FILES
from turnwise.agents.client.api import Api
from turnwise.agents.client.caller import Caller
from turnwise.agents.client.speech import read_wav

from .conftest import SPEECH
from .test_cli import AGENT, agent

START_SECS = 60


def test_an_empty_folder_becomes_a_project_whose_settings_and_tests_pass(tmp_path):
    made = agent(tmp_path, "init", "mine")
    project = tmp_path / "mine"
    assert (made.returncode, made.stderr) == (0, "")
    assert {file.name for file in project.iterdir()} == set(FILES)
    for command in ("cd mine", "agent check", "agent serve", "pytest"):
        assert command in made.stdout
    checked = agent(project, "check")
    assert checked.returncode == 0, checked.stdout
    assert "llm -> say_as -> tts" in checked.stdout
    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"],
        cwd=project,
        env={"PATH": os.defpath, "HOME": str(project)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert tested.returncode == 0, tested.stdout


def test_what_is_there_is_never_overwritten_and_nothing_is_written_beside_it(tmp_path):
    (tmp_path / "settings.toml").write_text("mine")
    (tmp_path / "say_as.py").write_text("mine too")
    shown = agent(tmp_path, "init")
    assert shown.returncode == 1
    assert "settings.toml, say_as.py" in shown.stderr
    assert len(shown.stderr.splitlines()) == 1
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {
        "settings.toml": "mine",
        "say_as.py": "mine too",
    }


@pytest.mark.anyio
async def test_a_call_in_a_new_project_goes_through_the_teams_processor(tmp_path):
    agent(tmp_path, "init")
    settings = tmp_path / "settings.toml"
    settings.write_text(settings.read_text().replace('SQL = "sequel"', 'hear = "understand"'))
    serving = subprocess.Popen(
        [AGENT, "serve", "--no-build", "--port", "0"],
        cwd=tmp_path,
        env={"PATH": os.defpath, "HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    killer = threading.Timer(START_SECS, serving.kill)
    killer.start()
    try:
        assert serving.stdout
        url = next(line.split()[1] for line in serving.stdout if line.startswith("ready"))
        async with Api(url) as api:
            meeting_id = await api.create_meeting()
            token = await api.create_token(meeting_id)
        async with Caller.connect(url, meeting_id, token) as caller:
            turn = await caller.say(read_wav(Path(SPEECH) / "hello.wav"))
            spoken = caller.chunks[-1].data["text"]
    finally:
        killer.cancel()
        serving.terminate()
        serving.communicate(timeout=30)
    assert turn.why is None
    assert "I can understand you." in spoken
    assert "hear" not in spoken


@pytest.mark.parametrize(
    ("line", "said"), [('extends = "somebody"', "settings.toml:3: extends: can only be shipped")]
)
def test_a_settings_file_can_extend_the_shipped_one_only(tmp_path, line, said):
    agent(tmp_path, "init")
    settings = tmp_path / "settings.toml"
    settings.write_text(settings.read_text().replace('extends = "shipped"', line))
    shown = agent(tmp_path, "check")
    assert shown.returncode == 2
    assert said in shown.stdout
