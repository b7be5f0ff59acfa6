"""The comparison of the ways to the model prints what it promises."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from bench.realtime.hang_ups import HeldThings, Left
from bench.realtime.processes import Footprint, children_of, footprint
from bench.realtime.report import Results
from bench.realtime.turns import Measured, last, shifted
from bench.realtime.ways import WAYS

ROOT = Path(__file__).parents[2]
SOCKET, PEER = WAYS[0], WAYS[1]


def shown(table):
    """The cells of a table, line by line."""
    columns = [list(column.cells) for column in table.columns]
    return [list(line) for line in zip(*columns, strict=True)]


@pytest.fixture
def results():
    """Two turns of each transport; one of WebRTC went unanswered."""
    results = Results((SOCKET, PEER))
    results.add(SOCKET, 40.0, [Measured(900, 1300, 600, 12), Measured(1100, 1500, 700, 18)])
    results.add(PEER, 300.0, [Measured(930, 1390, 630, 15), Measured(why="the agent heard no words")])
    return results


def test_times_are_of_answered_turns_and_the_others_are_counted_and_told(results):
    assert shown(results.turn_table()) == [
        ["websocket, default", "650 / 695", "1000 / 1090", "1400 / 1490", "15 / 18", "40 / 40", "2 of 2"],
        ["webrtc, default", "630 / 630", "930 / 930", "1390 / 1390", "15 / 15", "300 / 300", "1 of 2"],
    ]
    assert results.faults() == ["webrtc, default, turn 2: the agent heard no words"]


def test_transports_are_compared_by_the_same_turn_and_with_what_is_chance(results):
    results.add(SOCKET, 40.0, [Measured(940, 1360, 660), Measured(1040, 1440, 640)])
    results.add(PEER, 300.0, [Measured(960, 1420, 650), Measured(why="the agent heard no words")])
    assert shown(results.transport_table()) == [
        ["default", "webrtc", "10 / 28", "15 / 28", "65 / 70", "75 / 88", "2"],
        ["default", "websocket, a round later", "0 / 54", "-10 / -1", "0 / 0", "0 / 54", "2"],
    ]


def test_what_calls_left_behind_is_what_there_is_more_than_before(results):
    before = HeldThings(Footprint(20, 7, 100.0), Footprint(9, 4, 50.0), 0, 2)
    after = HeldThings(Footprint(23, 7, 101.5), Footprint(9, 5, 50.0), 1, 2)
    assert before.is_within(after)
    assert not after.is_within(before)
    results.left[PEER] = Left(before, after, 35.0, [250.0, 350.0])
    (line,) = shown(results.left_table())
    assert line == ["webrtc, default", "+1", "+0", "+3", "+0", "+1.5", "+0", "+1", "35.0", "300 / 345"]


def test_speech_begins_elsewhere_in_the_detectors_window_in_each_round():
    leads = [len(shifted(b"ab", number)) // 2 - 1 for number in range(8)]
    assert all(shifted(b"ab", number).endswith(b"ab") for number in range(8))
    assert max(leads) < 512
    gaps = [later - earlier for earlier, later in pairwise([*sorted(leads), 512])]
    assert max(gaps) < 512 // 4, "a quarter of the window is never tried"


def test_of_a_call_the_last_answer_counts():
    entries = [{"stage": "realtime", "at": 1.0}, {"stage": "realtime", "at": 2.0}, {"stage": "stt"}]
    assert last(entries, "at") == 2.0
    assert last([{"stage": "llm"}], "at") is None


def test_a_process_is_seen_with_all_that_it_holds():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert child.pid in children_of(os.getpid())
        before = footprint(os.getpid())
        with (ROOT / "README.md").open():
            assert footprint(os.getpid()).descriptors == before.descriptors + 1
        child.communicate(b"\n")
    assert before.threads >= 1
    assert before.memory_mib > 1


def test_the_command_takes_real_turns_and_counts_what_is_left():
    ran = subprocess.run(
        [sys.executable, "-m", "bench.realtime", "--rounds=1", "--connects=2", "--only=websocket, default"],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "3 of 3" in ran.stdout
    (line,) = [line for line in ran.stdout.splitlines() if "websocket, default" in line and "+" in line]
    assert line.split("│")[2].strip() == "+0", "a call was not over after its hang-up"
