"""A person's microphone and speakers stand in for the files."""

import asyncio
import sys
import threading

import pytest
from turnwise.agents.client import session
from turnwise.agents.client.live import open_sounddevice
from turnwise.agents.client.view import View

from .peer import UTTERANCE, Line, answering, serving

pytestmark = pytest.mark.anyio


class SoundCard:
    """What `sounddevice` offers: a microphone that hears one utterance, speakers that keep what they play."""

    class PortAudioError(Exception):
        pass

    def __init__(self) -> None:
        self.played = b""
        self.fill = lambda *_: None

    def check_input_settings(self, **_):
        pass

    check_output_settings = check_input_settings

    def RawOutputStream(self, callback, **_):
        self.fill = callback
        return self

    def RawInputStream(self, callback, **_):
        pcm = UTTERANCE + bytes(6400)
        frames = [pcm[start : start + 640] for start in range(0, len(pcm), 640)]
        speak = threading.Thread(target=lambda: [callback(frame, 320, None, None) for frame in frames])
        speak.start()
        return self

    def start(self):
        pass

    def close(self):
        out = bytearray(4096)
        self.fill(memoryview(out), 2048, None, None)
        self.played = bytes(out)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


async def test_what_is_spoken_is_answered_and_heard(monkeypatch):
    answered = asyncio.Event()

    async def answer(line: Line) -> None:
        await line.answer()
        answered.set()

    card = SoundCard()
    monkeypatch.setitem(sys.modules, "sounddevice", card)
    async with serving(answering(answer)) as peer:
        order = session.Order(peer.url, "m", "t")
        placed = asyncio.create_task(session.place(order, View()))
        await answered.wait()
        placed.cancel()
        outcome = await placed
    assert [(name, turn.answered) for name, turn in outcome.turns] == [("turn 1", True)]
    assert card.played.strip(b"\0")


def test_a_machine_without_a_microphone_is_one_sentence(monkeypatch):
    class NoDevices(SoundCard):
        def check_input_settings(self, **_):
            raise self.PortAudioError("Error querying device -1")

    monkeypatch.setitem(sys.modules, "sounddevice", NoDevices())
    with pytest.raises(session.BadInput, match="no microphone and speakers can be opened; connect them"):
        open_sounddevice()
