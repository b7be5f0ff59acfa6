"""OpenAI speech synthesis, streamed."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, Literal

from pipecat.frames.frames import Frame, TTSAudioRawFrame
from pipecat.services.openai.tts import OpenAITTSService
from pydantic import Field

from ..agents.faults import StageFault, within
from ..agents.upstream import OpenAIUpstream
from .option_types import WITHIN_TURN, WaitSecs

CHUNK_SECS = 0.04
"""Pipecat waits for half a second of audio before it passes any on."""

_SPARE_SECS = 1.0
"""So much later than we, Pipecat takes a voice that says nothing for one that is done."""

Voice = Literal[
    "alloy",
    "ash",
    "ballad",
    "cedar",
    "coral",
    "echo",
    "fable",
    "marin",
    "nova",
    "onyx",
    "sage",
    "shimmer",
    "verse",
]


class OpenAITTS(OpenAITTSService):
    """Pipecat's service in small chunks with deadlines, and with an error where no audio comes."""

    def __init__(
        self,
        upstream: OpenAIUpstream,
        *,
        model: Annotated[str, Field(description="speech model")],
        voice: Annotated[Voice, Field(description="who speaks")] = "alloy",
        instructions: Annotated[str, Field(description="how to speak")] = "",
        speed: Annotated[float, Field(ge=0.25, le=4, description="1 is normal")] = 1.0,
        first_audio_secs: Annotated[
            WaitSecs, Field(description="longest wait for the first audio"), WITHIN_TURN
        ] = 3.0,
        next_audio_secs: Annotated[WaitSecs, Field(description="longest wait between pieces of audio")] = 2.0,
        connect_secs: Annotated[WaitSecs, Field(description="longest wait for a connection")] = 2.0,
    ) -> None:
        longest_secs = max(first_audio_secs, next_audio_secs)
        client = upstream.client(connect_secs=connect_secs, read_secs=longest_secs)
        super().__init__(
            api_key=client.api_key,
            base_url=str(client.base_url),
            max_consecutive_zero_audio_contexts=0,
            stop_frame_timeout_s=longest_secs + _SPARE_SECS,
            settings=self.Settings(model=model, voice=voice),
        )
        self._client = client
        self._request: dict[str, Any] = {
            "model": model,
            "voice": voice,
            "response_format": "pcm",
            "speed": speed,
        }
        if instructions:
            self._request["instructions"] = instructions
        self._deadlines_secs = (first_audio_secs, next_audio_secs)

    @property
    def chunk_size(self) -> int:
        """Bytes of audio that are passed on at a time."""
        return int(self.sample_rate * CHUNK_SECS) * 2

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame, None]:
        """Speaks one text.

        Raises:
            StageFault: what came was no audio, or nothing came.
        """
        has_audio = False
        async with aclosing(within(self._audio(text), *self._deadlines_secs)) as pieces:
            async for audio in pieces:
                has_audio = True
                await self.stop_ttfb_metrics()
                yield TTSAudioRawFrame(audio, self.sample_rate, 1, context_id=context_id)
        if not has_audio:
            raise StageFault("empty_answer")

    async def _audio(self, text: str) -> AsyncGenerator[bytes, None]:
        create = self._client.audio.speech.with_streaming_response.create
        async with create(input=text, **self._request) as response:
            if "json" in response.headers.get("content-type", ""):
                raise StageFault("malformed")
            async for chunk in response.iter_bytes(self.chunk_size):
                if whole := chunk[: len(chunk) // 2 * 2]:
                    yield whole
