"""The sandbox starts with its server and ends with it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from turnwise.agents.sandbox import child
from turnwise.agents.sandbox.child import SandboxProcess
from turnwise.agents.sandbox.unavailable import SandboxUnavailable

SECS = 5
PARENT = """
import sys
from turnwise.agents.sandbox.child import SandboxProcess
print(SandboxProcess().start(), flush=True)
sys.stdin.read()
"""


def answers(base_url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{base_url.removesuffix('/v1')}/sandbox/requests", timeout=1):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


def gone_in_time(base_url: str) -> bool:
    deadline = time.monotonic() + SECS
    while answers(base_url) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not answers(base_url)


def test_a_stopped_sandbox_no_longer_answers():
    sandbox = SandboxProcess()
    base_url = sandbox.start()
    answered = answers(base_url)
    sandbox.stop()
    assert (answered, answers(base_url)) == (True, False)


def test_the_sandbox_ends_when_its_parent_is_killed():
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        base_url = parent.stdout.readline().strip()
        answered = answers(base_url)
        os.kill(parent.pid, signal.SIGKILL)
    assert (answered, gone_in_time(base_url)) == (True, True)


def test_a_sandbox_that_does_not_start_says_why(monkeypatch):
    dying = "import sys; sys.exit('The sandbox needs pocketsphinx; install it.')"
    monkeypatch.setattr(child, "_COMMAND", (sys.executable, "-c", dying))
    with pytest.raises(SandboxUnavailable, match=r"^The sandbox needs pocketsphinx; install it\.$"):
        SandboxProcess().start()


def test_a_sandbox_that_says_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr(child, "_COMMAND", (sys.executable, "-c", "import sys; sys.stdin.read()"))
    with pytest.raises(SandboxUnavailable, match="did not start in time"):
        SandboxProcess().start(timeout_secs=0.2)


def run_alone(*arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "turnwise.agents.sandbox", *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_port_in_use_is_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with run_alone("--port", str(port)) as alone:
            printed, complaint = alone.communicate(timeout=SECS)
    assert (alone.returncode, printed) == (1, "")
    assert complaint == f"The sandbox cannot listen on port {port}: address already in use; choose another.\n"


def test_ctrl_c_ends_it_quietly():
    with run_alone("--port", "0") as alone:
        assert alone.stdout is not None
        line = alone.stdout.readline()
        alone.send_signal(signal.SIGINT)
        printed, complaint = alone.communicate(timeout=SECS)
    assert line.startswith("sandbox http://127.0.0.1:")
    assert (alone.returncode, printed, complaint) == (0, "", "")


def test_the_server_needs_neither_ears_nor_voice_to_import_it():
    code = (
        "import sys, turnwise.agents.sandbox.child, turnwise.agents.sandbox.server; "
        "sys.exit(bool({'pocketsphinx', 'espeakng_loader'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
