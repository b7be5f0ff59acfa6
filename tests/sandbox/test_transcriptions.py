"""What OpenAI's client gets to read of what was said."""

import wave

import numpy as np
import pytest
from openai import AsyncOpenAI, BadRequestError

from ..wav import wav
from ..words import SENTENCES, word_errors

pytestmark = pytest.mark.anyio


async def heard(openai: AsyncOpenAI, file: bytes) -> str:
    return (await openai.audio.transcriptions.create(model="any", file=("a.wav", file))).text


async def test_a_recording_is_written_as_a_sentence(openai, speech):
    assert await heard(openai, (speech / "weather.wav").read_bytes()) == SENTENCES["weather"]


async def test_other_rates_and_channels_are_heard_too(openai, speech):
    with wave.open(str(speech / "hello.wav")) as recording:
        samples = np.frombuffer(recording.readframes(recording.getnframes()), "<i2")
    stereo = np.repeat(samples, 3 * 2).tobytes()
    assert await heard(openai, wav(stereo, 48_000, channels=2)) == SENTENCES["hello"]


async def test_noise_is_an_empty_text(openai, speech):
    assert await heard(openai, (speech / "noise_loud.wav").read_bytes()) == ""


async def test_a_stream_gives_word_by_word_what_it_ends_with(openai, speech):
    file = (speech / "order.wav").read_bytes()
    stream = await openai.audio.transcriptions.create(model="any", file=("a.wav", file), stream=True)
    events = [event async for event in stream]
    words = [event.delta for event in events if event.type == "transcript.text.delta"]
    assert (len(words), events[-1].text) == (11, "".join(words))


async def test_plain_text_and_verbose_json_say_the_same(openai, speech):
    file = ("a.wav", (speech / "hello.wav").read_bytes())
    plain = await openai.audio.transcriptions.create(model="any", file=file, response_format="text")
    verbose = await openai.audio.transcriptions.create(model="any", file=file, response_format="verbose_json")
    assert (plain.strip(), verbose.text, verbose.duration) == (SENTENCES["hello"], SENTENCES["hello"], 2.083)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        pytest.param({"file": ("a.wav", b"RIFF and so on")}, "file", id="no WAV"),
        pytest.param({"file": ("a.wav", b"")}, "file", id="an empty file"),
        pytest.param({"model": ""}, "model", id="no model"),
        pytest.param({"response_format": "srt"}, "response_format", id="a format that is not made"),
    ],
)
async def test_a_wrong_request_names_the_field(openai, speech, fields, param):
    good = {"model": "any", "file": ("a.wav", (speech / "hello.wav").read_bytes())}
    with pytest.raises(BadRequestError) as refused:
        await openai.audio.transcriptions.create(**{**good, **fields})
    assert refused.value.param == param


@pytest.mark.parametrize("voice", ["alloy", "coral", "echo", "nova", "onyx", "verse"])
async def test_the_ears_understand_the_voice(openai, voice):
    said = "That sounds wonderful. I would book everything in Rome in advance. Is there anything else?"
    spoken = await openai.audio.speech.create(model="any", voice=voice, input=said, response_format="wav")
    assert word_errors(said, await heard(openai, spoken.content)) <= 1
