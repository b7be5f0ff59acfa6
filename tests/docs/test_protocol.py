"""What is said of the wire is what the server does."""

import json
import re

import pytest
from turnwise.agents import faults, refusal, wire
from turnwise.agents.load import load_settings
from turnwise.agents.tokens import mint, verify
from turnwise.agents.web.app import create_app

from .blocks import ROOT, blocks, text_of

PAGE = text_of("protocol.md")
MESSAGES = {
    "agent-state": wire.agent_state(wire.AgentState.LISTENING),
    "turn-metrics": wire.turn_metrics(1, {}, {}),
    "agent-error": wire.agent_error(wire.AgentError("llm", "timeout", "…", 429, "req_1")),
    "transcript-chunk": wire.transcript_chunk(wire.chunk_fields(1, "user", "…", "…")),
    "interruption": wire.interruption(),
    "call-ended": wire.call_ended(wire.EndReason.IDLE),
}
SHOWN = {message["type"]: message for message in (json.loads(b.text) for b in blocks("json", "protocol.md"))}


def rows(heading):
    """The first cells of the table under a row of headings, without their quotes."""
    table = PAGE.split(heading, 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in table]


def test_every_message_of_ours_is_shown():
    assert SHOWN.keys() == MESSAGES.keys()


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_message_is_shown_with_the_fields_it_has(kind):
    assert SHOWN[kind].keys() == MESSAGES[kind].keys()


def test_every_refusal_is_told_with_its_status():
    told = {code: int(status) for code, status, *_ in rows("| code | status | |")}
    assert told == {**refusal.STATUS, "upgrade_required": 426}


def test_every_code_of_an_error_is_explained():
    assert {code for code, *_ in rows("| code | what happened |")} == set(faults.SENTENCES)


def test_every_reason_of_an_end_is_told_with_its_close_code():
    told = {reason: int(code) for reason, code, *_ in rows("| reason | close code | why |")}
    assert told == {reason.value: reason.close_code for reason in wire.EndReason}


def test_every_state_is_named():
    assert [state for state in wire.AgentState if f"`{state.value}`" not in PAGE] == []


def test_every_route_is_told(tmp_path):
    told = {name for name, *_ in rows("| route | what |")}
    variables = {"TURNWISE_DATABASE__URL": f"sqlite:///{tmp_path}/turnwise.db"}
    spec = create_app(load_settings(ROOT / "settings.toml", variables)).openapi()
    made = {f"{verb.upper()} {path}" for path, verbs in spec["paths"].items() for verb in verbs}
    assert made | {"GET /", "WS /api/ws/agent"} == told


def test_every_claim_of_a_token_is_told():
    told = {claim for name, *_ in rows("| claim | |") for claim in re.split(r"`, `", name)}
    secret = "s" * 32
    assert verify(secret, mint(secret, meeting_id="m", user="u", agent="a")).agent == "a"
    assert told == {"iss", "aud", "sub", "meeting_id", "agent", "jti", "iat", "exp"}
