"""The voice as OpenAI's client hears it."""

import io
import time
import wave

import pytest
from openai import BadRequestError

pytestmark = pytest.mark.anyio

SAID = "You will find the museum just around the corner."


async def spoken(openai, **fields) -> bytes:
    good = {"model": "any", "voice": "alloy", "input": SAID, "response_format": "pcm"}
    return (await openai.audio.speech.create(**{**good, **fields})).content


async def test_pcm_and_wav_carry_the_same_24_khz(openai):
    pcm = await spoken(openai)
    with wave.open(io.BytesIO(await spoken(openai, response_format="wav"))) as file:
        assert file.getparams()[:3] == (1, 2, 24_000)
        assert file.readframes(file.getnframes()) == pcm


async def test_twice_the_speed_takes_half_the_time(openai):
    assert len(await spoken(openai, speed=2)) / len(await spoken(openai)) == pytest.approx(0.5, abs=0.1)


async def test_voices_differ(openai):
    voices = ("alloy", "coral", "echo", "fable", "onyx", "nova", "shimmer", "verse")
    assert len({await spoken(openai, voice=voice) for voice in voices}) == len(voices)


async def test_the_first_sound_comes_long_before_the_last(openai, control):
    control("PUT", "behaviour", {"stage": "tts", "speed": 10, "delay_ms": 100})
    began = time.monotonic()
    times = []
    async with openai.audio.speech.with_streaming_response.create(
        model="any", voice="alloy", input=SAID, response_format="pcm"
    ) as response:
        pieces = []
        async for piece in response.iter_bytes(4800):
            times.append(time.monotonic() - began)
            pieces.append(piece)
    audio_secs = sum(map(len, pieces)) / 48_000
    assert times[0] >= 0.1
    assert times[-1] - times[0] == pytest.approx(audio_secs / 10, abs=0.15)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        pytest.param({"response_format": "mp3"}, "response_format", id="a format that is not made"),
        pytest.param({"voice": "nobody"}, "voice", id="a voice that is not there"),
        pytest.param({"speed": 9}, "speed", id="too fast"),
        pytest.param({"input": ""}, "input", id="nothing to say"),
        pytest.param({"input": "x" * 4097}, "input", id="too much to say"),
    ],
)
async def test_a_wrong_request_names_the_field(openai, fields, param):
    with pytest.raises(BadRequestError) as refused:
        await spoken(openai, **fields)
    assert refused.value.param == param
