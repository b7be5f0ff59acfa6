"""What a caller says reaches the model whole, however it comes in."""

import asyncio

import numpy as np
import pytest
from turnwise.agents.realtime.microphone import Microphone

pytestmark = pytest.mark.anyio
PIECE = 960


def tone(pieces: int) -> bytes:
    return (np.sin(np.arange(480 * pieces) / 5) * 8000 + 1000).astype("<i2").tobytes()


def played(microphone: Microphone, pieces: int) -> bytes:
    return b"".join(microphone.take(PIECE) for _ in range(pieces))


def test_what_is_appended_live_comes_out_whole_a_little_later():
    microphone, sound, out = Microphone(), tone(20), b""
    for at in range(0, len(sound), PIECE):
        microphone.append(sound[at : at + PIECE])
        out += microphone.take(PIECE)
    out += played(microphone, 5)
    assert out.strip(b"\0") == sound.strip(b"\0")
    assert out.index(sound[:100]) <= 2 * PIECE


def test_a_piece_that_comes_late_tears_nothing():
    microphone, sound, out = Microphone(), tone(9), b""
    for at, count in enumerate((1, 1, 1, 0, 2, 1, 1, 1, 1)):
        start = sum((1, 1, 1, 0, 2, 1, 1, 1, 1)[:at])
        microphone.append(sound[start * PIECE : (start + count) * PIECE])
        out += microphone.take(PIECE)
    assert sound.startswith(out.lstrip(b"\0")[: 6 * PIECE])


def test_less_than_a_piece_is_not_kept_for_ever():
    microphone = Microphone()
    microphone.append(tone(1)[:100])
    assert tone(1)[:100] in played(microphone, 5)


def test_a_burst_is_played_to_its_end_and_its_pauses_are_shortened():
    microphone, word = Microphone(), tone(25)
    microphone.append(word + bytes(PIECE * 100) + word)
    out = played(microphone, 25 + 10 + 25)
    assert out.startswith(word)
    assert out.endswith(word)


def test_of_what_nobody_fetches_the_latest_is_kept():
    microphone, last = Microphone(), tone(1)
    microphone.append(tone(50) * 60)
    microphone.append(last)
    out = played(microphone, 1500)
    assert out.endswith(last)
    assert microphone.take(PIECE) == bytes(PIECE)


async def test_whoever_waits_is_told_when_all_of_it_has_gone():
    microphone = Microphone()
    microphone.append(tone(3))
    waiting = asyncio.create_task(microphone.played())
    await asyncio.sleep(0)
    played(microphone, 2)
    await asyncio.sleep(0)
    assert not waiting.done()
    played(microphone, 1)
    await asyncio.wait_for(waiting, 1)


async def test_forgetting_ends_the_wait():
    microphone = Microphone()
    microphone.append(tone(3))
    waiting = asyncio.create_task(microphone.played())
    await asyncio.sleep(0)
    microphone.clear()
    await asyncio.wait_for(waiting, 1)
    assert played(microphone, 3) == bytes(3 * PIECE)
