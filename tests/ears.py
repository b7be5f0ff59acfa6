"""What can be understood of a voice, wherever it was heard."""

from collections.abc import Iterable

from openai import AsyncOpenAI
from turnwise.agents.client.log import Voice
from turnwise.agents.wire import VOICE_SAMPLE_RATE_HZ

from .wav import wav


async def heard(base_url: str, pcm: bytes, rate_hz: int = VOICE_SAMPLE_RATE_HZ) -> str:
    """What a sandbox's recogniser makes of mono s16le audio."""
    async with AsyncOpenAI(api_key="any", base_url=base_url) as client:
        file = ("heard.wav", wav(pcm, rate_hz))
        return (await client.audio.transcriptions.create(model="any", file=file)).text


def sound(voice: Iterable[Voice]) -> bytes:
    """The frames of a voice as one piece."""
    return b"".join(frame.pcm for frame in voice)
