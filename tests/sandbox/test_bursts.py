"""Speech that comes all at once, as from a client that was cut off, says what it says in its own time."""

import base64

import pytest

from ..words import SENTENCES
from .talking import SILENCE, conversing
from .test_realtime import PART

pytestmark = pytest.mark.anyio
AUDIO = {
    "input": {
        "transcription": {"model": "gpt-4o-transcribe"},
        "turn_detection": {"type": "server_vad", "create_response": False},
    }
}


async def test_a_turn_in_a_burst_has_no_words_of_the_next_however_well_they_are_known(openai, spoken):
    said = spoken("order") + SILENCE + spoken("long") + spoken("time") + SILENCE
    heard = []
    for _ in range(2):
        async with conversing(openai, output_modalities=["text"], audio=AUDIO) as client:
            await client.say("input_audio_buffer.append", audio=base64.b64encode(said).decode())
            done = [await next_written_down(client) for _ in range(2)]
            heard.append({each.transcript for each in done})
    assert heard == [{SENTENCES["order"], f"{SENTENCES['long']} {SENTENCES['time']}"}] * 2


async def next_written_down(client):
    client.events.clear()
    return await client.until(f"{PART}completed", secs=30)
