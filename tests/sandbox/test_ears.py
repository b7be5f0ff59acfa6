"""One recogniser for all: what is needed now goes first, and what nobody wants is not begun."""

import asyncio
import weakref
from collections.abc import Iterator

import pytest
from turnwise.agents.sandbox.audio import read_audio
from turnwise.agents.sandbox.ears import Ears
from turnwise.agents.sandbox.understanding import Window, text_of

from ..patience import eventually
from ..words import SENTENCES

pytestmark = pytest.mark.anyio


@pytest.fixture
def ears(anyio_backend) -> Iterator[Ears]:
    ears = Ears()
    yield ears
    ears.close()


@pytest.fixture
def window(speech):
    def read(name: str) -> Window:
        return Window(read_audio((speech / f"{name}.wav").read_bytes()).tobytes(), 16_000)

    return read


async def test_what_is_over_is_understood_before_what_is_still_being_said(ears, window):
    order = []

    async def understood(name, *, is_ahead):
        found = await ears.understand(window(name), is_ahead=is_ahead)
        order.append(name)
        assert text_of(found.pieces) == SENTENCES[name]

    await asyncio.gather(
        understood("long", is_ahead=True),
        understood("weather", is_ahead=True),
        understood("order", is_ahead=True),
        understood("order", is_ahead=False),
        understood("hello", is_ahead=False),
    )
    assert order[-1] == "weather"


async def test_what_nobody_waits_for_any_more_is_not_begun(ears, window, monkeypatch):
    begun, send = [], ears._pipe.send
    monkeypatch.setattr(ears._pipe, "send", lambda each: [begun.append(each), send(each)])
    names = ("long", "weather", "order", "order", "hello")
    waiting = [asyncio.create_task(ears.understand(window(name), is_ahead=True)) for name in names]
    await asyncio.sleep(0)
    waiting[1].cancel()
    waiting[2].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert begun == [window(name) for name in ("long", "order", "hello")]


async def test_of_what_was_understood_only_the_words_are_remembered(ears, window):
    sound = window("hello")
    await ears.understand(sound, is_ahead=False)
    kept = weakref.ref(sound)
    del sound
    await eventually(lambda: kept() is None)
    assert text_of((await ears.understand(window("hello"), is_ahead=False)).pieces) == SENTENCES["hello"]


async def test_a_decoder_that_dies_in_the_middle_is_replaced_and_nobody_goes_unheard(ears, window):
    ears.wait_until_ready()
    said = asyncio.create_task(ears.understand(window("long"), is_ahead=False))
    await asyncio.sleep(0)
    ears._process.kill()
    assert text_of((await said).pieces) == SENTENCES["long"]
    assert text_of((await ears.understand(window("hello"), is_ahead=False)).pieces) == SENTENCES["hello"]
