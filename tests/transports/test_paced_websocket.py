"""Speech is sent at the pace at which it is heard, also by a machine that is busy."""

import asyncio

import pytest
from turnwise.agents.pace import LONGEST_LAG_SECS
from turnwise.transports import paced_websocket
from turnwise.transports.paced_websocket import PacedOutput

PIECE_SECS = 0.02


class Clock:
    """Time that passes where a piece sleeps, and where the machine is busy."""

    def __init__(self, late_secs):
        self.now = 100.0
        self.late_secs = late_secs

    def monotonic(self):
        return self.now

    async def sleep(self, secs):
        self.now += secs + self.late_secs


@pytest.fixture
def sent(monkeypatch):
    """How long it takes to send so many pieces, each woken up late by so much."""

    def sent(pieces, late_secs=0.0, pause_secs=0.0):
        clock = Clock(late_secs)
        monkeypatch.setattr(paced_websocket, "time", clock)
        monkeypatch.setattr(paced_websocket, "asyncio", clock)
        output = PacedOutput.__new__(PacedOutput)
        output._next_send_time, output._send_interval = 0, PIECE_SECS
        start = clock.now
        for piece in range(pieces):
            clock.now += pause_secs if piece == pieces // 2 else 0
            asyncio.run(output._write_audio_sleep())
        return clock.now - start

    return sent


def test_a_second_of_speech_takes_a_second(sent):
    assert sent(51) == pytest.approx(1.0)


@pytest.mark.parametrize("late_secs", [0.005, 0.019])
def test_being_woken_up_late_does_not_add_up(sent, late_secs):
    assert sent(101, late_secs) == pytest.approx(2.0, abs=0.03)


def test_after_a_pause_speech_is_not_hurried(sent):
    pause_secs = LONGEST_LAG_SECS + 0.5
    assert sent(51, pause_secs=pause_secs) == pytest.approx(1.0 + pause_secs, abs=0.03)
