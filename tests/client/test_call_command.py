"""`agent call` and `agent transcript`: what is printed, and how it ends."""

import asyncio
import sys
import wave
from pathlib import Path

import pytest
import typer
from turnwise.agents.cli.call import call
from turnwise.agents.cli.failure import CommandFailed
from turnwise.agents.cli.transcript import transcript
from typer.testing import CliRunner

from ..wav import wav
from .peer import UTTERANCE, Line, answering, serving
from .test_api import ANSWERS
from .webrtc_peer import serving_webrtc

pytestmark = pytest.mark.anyio

app = typer.Typer()
app.command()(call)
app.command()(transcript)


async def run(*arguments):
    """The command in a thread of its own, while the server answers in this one."""
    return await asyncio.to_thread(CliRunner().invoke, app, [str(each) for each in arguments])


async def failure(*arguments):
    result = await run(*arguments)
    assert isinstance(result.exception, CommandFailed), result.output
    return result.exception.exit_code, str(result.exception), result.stdout


@pytest.fixture
def hello(tmp_path):
    path = tmp_path / "hello.wav"
    path.write_bytes(wav(UTTERANCE, 16_000))
    return path


async def test_a_call_that_is_answered_prints_its_course_and_ends_well(hello, tmp_path):
    recording = tmp_path / "agent.wav"
    async with serving(answering(Line.answer), ANSWERS) as peer:
        result = await run("call", "--url", peer.url, "--wav", hello, "--record", recording)
    assert (result.exit_code, result.stderr) == (0, "")
    labels = [line[10:20].strip() for line in result.stdout.splitlines() if " s  " in line[:10]]
    assert labels == [
        *("call", "state", "says", "state", "you", "state", "turn 1", "agent", "state"),
        *(["measured", "stored", "stored"] if labels[9] == "measured" else ["stored", "stored", "measured"]),
    ]
    assert "state     thinking\n" in result.stdout
    assert "you       hello\n" in result.stdout
    assert "turn 1    endpointing 0.60  stt 0.05  llm 0.02  tts 0.11  total 0.78 s\n" in result.stdout
    assert result.stdout.endswith("1 of 1 utterances answered, 2 chunks stored\n")
    with wave.open(str(recording)) as file:
        assert 0.3 < file.getnframes() / 24_000 < 2


async def test_a_call_over_webrtc_prints_the_same_and_leaves_nothing_on_the_terminal(hello):
    given = ("--meeting", "m", "--token", "t", "--transport", "webrtc", "--wav", hello)
    async with serving_webrtc(answering(Line.answer)) as peer:
        command = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "always", Path(sys.executable).parent / "agent", "call"),
            *("--url", peer.url, *given),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        printed, complaints = await command.communicate()
    assert (command.returncode, complaints.decode()) == (0, "")
    assert "you       hello\n" in printed.decode()
    assert printed.decode().endswith("1 of 1 utterances answered, 2 chunks stored\n")


async def test_one_utterance_unanswered_fails_the_call_after_all_are_said(hello):
    async with serving(answering(Line.fail, Line.answer)) as peer:
        given = ("--url", peer.url, "--meeting", "m", "--token", "t", "--wav", hello, "--wav", hello)
        code, sentence, printed = await failure("call", *given)
    assert code == 1
    assert sentence.startswith("1 of 2 utterances answered, 2 chunks stored; hello.wav: the agent apologised")
    assert "error     stt: the recogniser refused the key (upstream_401)\n" in printed


async def test_a_call_that_the_server_ends_leaves_the_rest_unanswered(hello):
    async def end(line: Line) -> None:
        await line.ours("call-ended", reason="drained")
        await line.close(4003)

    async with serving(answering(end)) as peer:
        given = ("--url", peer.url, "--meeting", "m", "--token", "t", "--wav", hello, "--wav", hello)
        code, sentence, printed = await failure("call", *given)
    assert code == 1
    assert sentence.startswith("0 of 2 utterances answered")
    assert "ended     the server ended the call: the server is shutting down (drained, 4003)\n" in printed


async def test_a_refused_call_is_one_sentence(hello):
    detail = {"detail": {"code": "token_used", "message": "This token has been used."}}
    async with serving(answers={("GET", "/api/ws/agent"): (401, detail)}) as peer:
        code, sentence, printed = await failure(
            "call", "--url", peer.url, "--meeting", "m", "--token", "t", "--wav", hello
        )
    assert (code, printed) == (1, "")
    assert sentence == "refused by the server: This token has been used (token_used, 401)"


async def test_no_server_is_one_sentence(hello):
    async with serving() as peer:
        url = peer.url
    code, sentence, _ = await failure("call", "--url", url, "--wav", hello)
    assert (code, sentence) == (
        1,
        f"no server answers at {url}; start one with `agent serve` or check --url",
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--wav", "missing.wav"], "missing.wav: there is no such file"),
        (["--wav", __file__], "this is no audio that can be read"),
        (["--url", "localhost:1", "--wav"], "'localhost:1' is no address of a server"),
        (["--token", "t", "--wav"], "--token is for one meeting only"),
        (
            ["--meeting", "m", "--token", "t", "--agent", "a", "--wav"],
            "the agent is named in the token already",
        ),
        (["--record", "nowhere/a.wav", "--wav"], "nowhere: there is no such folder for --record"),
    ],
)
async def test_wrong_arguments_are_one_sentence_and_exit_2(hello, arguments, sentence):
    given = [*arguments, str(hello)] if arguments[-1] == "--wav" else arguments
    code, said, _ = await failure("call", *given)
    assert (code, sentence in said) == (2, True)


async def test_without_a_sound_card_the_microphone_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    code, sentence, _ = await failure("call")
    assert (code, sentence.split(";")[0]) == (
        2,
        "the microphone needs the package `sounddevice` and PortAudio",
    )


async def test_a_transcript_is_printed_in_order():
    chunks = [
        {"sequenceNumber": 1, "speakerType": "user", "text": "Hi", "timestamp": "2026-01-02T12:03:04.5Z"},
        {
            "sequenceNumber": 2,
            "speakerType": "agent",
            "text": "Hello\n",
            "timestamp": "2026-01-02T14:03:06+02:00",
        },
    ]
    answers = {
        ("GET", "/api/meetings/m1/transcript"): (
            200,
            {"meetingId": "m1", "status": "active", "chunks": chunks},
        )
    }
    async with serving(answers=answers) as peer:
        result = await run("transcript", "m1", "--url", peer.url)
    assert result.stdout.splitlines() == [
        "status active",
        "1  user   12:03:04  Hi",
        "2  agent  12:03:06  Hello ",
    ]


async def test_a_transcript_of_no_meeting_is_one_sentence():
    detail = {"detail": {"code": "meeting_not_found", "message": "There is no such meeting."}}
    async with serving(answers={("GET", "/api/meetings/m2/transcript"): (404, detail)}) as peer:
        code, sentence, _ = await failure("transcript", "m2", "--url", peer.url)
    assert (code, sentence) == (
        1,
        "refused by the server: There is no such meeting (meeting_not_found, 404)",
    )
