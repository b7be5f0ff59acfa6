"""A call reads as lines: no terminal is needed, and none can be driven."""

import io

import pytest
from rich.console import Console
from turnwise.agents.client.log import Message
from turnwise.agents.client.turn import Turn
from turnwise.agents.client.view import View


def shown(*messages):
    out = io.StringIO()
    view = View(Console(file=out, highlight=False, markup=False))
    for type, data in messages:
        view.message(Message(1.24, type, data))
    return out.getvalue().splitlines()


@pytest.mark.parametrize(
    ("type", "data", "line"),
    [
        ("agent-state", {"state": "thinking"}, "  1.24 s  state     thinking"),
        ("user-transcription", {"text": "Hi [red]", "final": True}, "  1.24 s  you       Hi [red]"),
        ("bot-transcription", {"text": "Hello\x1b[2J\n"}, "  1.24 s  agent     Hello [2J "),
        (
            "turn-metrics",
            {"turn": 1, "ms": {"endpointing": 600, "stt": 50, "llm": 20, "tts": 110, "total": 780}},
            "  1.24 s  turn 1    endpointing 0.60  stt 0.05  llm 0.02  tts 0.11  total 0.78 s",
        ),
        ("transcript-chunk", {"sequenceNumber": 7, "speakerType": "agent"}, "  1.24 s  stored    #7 agent"),
        ("interruption", {}, "  1.24 s  agent     (interrupted)"),
        (
            "call-ended",
            {"reason": "idle"},
            "  1.24 s  ended     the server ended the call: nobody spoke for too long (idle, 4001)",
        ),
    ],
)
def test_each_event_is_one_line(type, data, line):
    assert shown((type, data)) == [line]


@pytest.mark.parametrize(
    ("type", "data"),
    [("user-transcription", {"text": "H", "final": False}), ("metrics", {}), ("bot-ready", {})],
)
def test_the_rest_is_passed_over(type, data):
    assert shown((type, data)) == []


LISTENING = ("agent-state", {"state": "listening"})


def test_the_model_s_pieces_are_one_line():
    pieces = [("bot-llm-text", {"text": text}) for text in ("Good ", "day", ".")]
    assert shown(*pieces, LISTENING)[0] == "  1.24 s  agent     Good day."


def test_sentences_are_not_repeated_from_their_pieces():
    lines = shown(("bot-llm-text", {"text": "Hi."}), ("bot-transcription", {"text": "Hi."}), LISTENING)
    assert lines == ["  1.24 s  agent     Hi.", "  1.24 s  state     listening"]


def test_an_error_is_shown_once_in_each_turn():
    agent_error = ("agent-error", {"stage": "llm", "code": "upstream_500", "message": "the model failed"})
    error = ("error", {"error": "the model failed", "fatal": False})
    recovering = ("agent-state", {"state": "recovering_error"})
    lines = shown(agent_error, recovering, error, LISTENING, error, agent_error)
    assert [line[10:] for line in lines if "error  " in line] == [
        "error     llm: the model failed (upstream_500)",
        "error     the model failed",
    ]


def test_the_table_says_what_became_of_each_utterance():
    out = io.StringIO()
    view = View(Console(file=out, width=100))
    view.table(
        [
            ("a.wav", Turn(None, heard="one two", voice_to_voice_ms=812)),
            ("b.wav", Turn("the answer was silent")),
        ]
    )
    rows = [line.split() for line in out.getvalue().splitlines() if ".wav" in line]
    assert rows == [["a.wav", "one", "two", "yes", "812"], ["b.wav", "no", "-"]]


def test_a_terminal_sees_the_state_at_the_bottom():
    out = io.StringIO()
    with View(Console(file=out, force_terminal=True, width=60)) as view:
        view.message(Message(0.1, *LISTENING))
    assert "connecting" in out.getvalue()
    assert "listening" in out.getvalue()
