"""The `agent` command: what a person sees, and the exit codes."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import jwt
import pytest

AGENT = Path(sys.executable).parent / "agent"


def agent(folder, *arguments, **variables):
    """Runs the command in a folder, with nothing in the environment but these variables."""
    env = {"PATH": os.defpath, "HOME": str(folder), **variables}
    return subprocess.run(
        [AGENT, *arguments], cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    "command", ["init", "serve", "check", "components", "token", "call", "transcript", "sandbox"]
)
def test_every_command_has_a_help_that_teaches(tmp_path, command):
    shown = agent(tmp_path, command, "--help")
    assert shown.returncode == 0
    assert len(shown.stdout.split()) > 30


def test_check_draws_the_line_of_each_agent_with_what_is_implied(tmp_path):
    shown = agent(tmp_path, "check")
    assert shown.returncode == 0
    assert (
        "[in] -> [recovery] -> gate -> vad -> stt -> [endpointing] -> llm -> tts -> [timing] -> [out] ->"
        in shown.stdout
    )
    assert "Traceback" not in shown.stderr


def test_check_lists_every_problem_and_exits_with_2(tmp_path):
    (tmp_path / "settings.toml").write_text(
        "[server]\nprot = 1\n[agents.default]\nprompt = 'x'\npipeline = 'a'"
    )
    shown = agent(tmp_path, "check")
    assert shown.returncode == 2
    assert (
        shown.stdout.splitlines()[0] == "settings.toml:2: server.prot: is not a known key; did you mean port?"
    )
    assert len(shown.stdout.splitlines()) == 2


def test_a_missing_extra_is_one_line_without_what_pipecat_says_to_itself(tmp_path):
    (tmp_path / "settings.toml").write_text(
        "[agents.default]\nprompt = 'x'\npipeline = 'stt'\n"
        "[agents.default.stt]\nuse = 'pipecat.services.deepgram.stt:DeepgramSTTService'\n"
    )
    shown = agent(tmp_path, "check")
    assert (shown.returncode, shown.stderr, len(shown.stdout.splitlines())) == (2, "", 1)
    assert 'install it with: uv add "pipecat-ai[deepgram]"' in shown.stdout


BROKEN = """
from pipecat.processors.frame_processor import FrameProcessor


class Broken(FrameProcessor):
    def __init__(self):
        raise RuntimeError("no such device")
"""


def test_a_processor_that_raises_when_built_stops_the_server_at_start_not_in_a_call(tmp_path):
    (tmp_path / "mine.py").write_text(BROKEN)
    (tmp_path / "settings.toml").write_text(
        "[agents.default]\nprompt = 'x'\npipeline = 'mine'\n[agents.default.mine]\nuse = 'mine:Broken'\n"
    )
    shown = agent(tmp_path, "serve", "--port", "0")
    assert shown.returncode == 2
    assert shown.stderr.strip() == (
        "settings.toml:4: agents.default.mine: mine:Broken raises RuntimeError when built "
        "(no such device); change its options or mend it"
    )


def test_a_port_in_use_is_one_sentence_and_exit_1(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        shown = agent(tmp_path, "serve", "--port", str(port))
    assert shown.returncode == 1
    assert shown.stderr.splitlines()[-1] == (
        f"127.0.0.1:{port} cannot be listened on (Address already in use); give another --port"
    )


def test_serving_to_other_machines_wants_its_secrets(tmp_path):
    shown = agent(tmp_path, "serve", "--host", "0.0.0.0", "--port", "0")
    assert shown.returncode == 2
    assert "TURNWISE_AUTH__SECRET" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_settings_file_that_is_not_there_is_named(tmp_path):
    shown = agent(tmp_path, "check", "--settings", "none.toml")
    assert (shown.returncode, shown.stdout.strip()) == (
        2,
        "none.toml: there is no such file; name one that exists",
    )


def test_token_signs_with_the_secret_that_a_server_here_would_use(tmp_path):
    secret = "of more than thirty-two bytes, surely"
    shown = agent(tmp_path, "token", "--meeting", "m", "--ttl", "30", TURNWISE_AUTH__SECRET=secret)
    claims = jwt.decode(shown.stdout.strip(), secret, ["HS256"], audience="turnwise-call", issuer="turnwise")
    assert (claims["meeting_id"], claims["exp"] - claims["iat"]) == ("m", 30)


def test_token_makes_a_secret_once_where_none_is_set(tmp_path):
    assert agent(tmp_path, "token", "--meeting", "m").returncode == 0
    kept = tmp_path / "turnwise.secret"
    assert kept.stat().st_mode & 0o777 == 0o600
    secret = kept.read_text().strip()
    again = agent(tmp_path, "token", "--meeting", "m").stdout.strip()
    assert jwt.decode(again, secret, ["HS256"], audience="turnwise-call")["meeting_id"] == "m"


def test_a_wrong_argument_is_exit_2(tmp_path):
    assert agent(tmp_path, "token").returncode == 2
    assert agent(tmp_path, "serve", "--port", "many").returncode == 2
