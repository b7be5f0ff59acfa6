"""One realtime transcription session: how a segment of speech is sent."""

from functools import partial

import numpy as np
import soxr

from ..agents.faults import StageFault
from ..agents.realtime.connection import MODEL_RATE_HZ
from ..agents.realtime.events import TRANSCRIPTION
from ..agents.realtime.session import Session
from ..agents.realtime.socket import open_realtime
from ..agents.upstream import OpenAIUpstream
from ..agents.wire import MIC_SAMPLE_RATE_HZ
from .speech_segment import SpeechSegment
from .transcription_wishes import TranscriptionWishes

TRAILING_SILENCE_SECS = 0.3
"""Put behind each segment: a recogniser that hears no end of the last word loses it."""

_SECOND_BYTES = 2 * MIC_SAMPLE_RATE_HZ
_PIECE_BYTES = _SECOND_BYTES // 10


class TranscriptionSession(Session):
    """An open connection that is set up to transcribe."""

    async def transcribe(self, segment: SpeechSegment) -> None:
        """Sends a segment from its beginning, as it grows, and commits it when it has ended.

        Raises:
            StageFault: the connection is over (`cut_off`).
        """
        wire = soxr.ResampleStream(MIC_SAMPLE_RATE_HZ, MODEL_RATE_HZ, 1, dtype="int16")
        sent = 0
        while not (segment.is_ended and sent == len(segment.audio)):
            piece = bytes(segment.audio[sent : sent + _SECOND_BYTES])
            if len(piece) >= _PIECE_BYTES or segment.is_ended:
                sent += len(piece)
                await self._resample(wire, piece)
            else:
                segment.grown.clear()
                await segment.grown.wait()
        silence = bytes(2 * int(TRAILING_SILENCE_SECS * MIC_SAMPLE_RATE_HZ))
        await self._resample(wire, silence, is_last=True)
        await self.send({"type": "input_audio_buffer.commit"})

    async def text_of(self, sound: bytes) -> str:
        """What is said in a whole piece of sound, at `MODEL_RATE_HZ`; nothing else may be under way.

        Raises:
            StageFault: the recogniser fails at it, or the connection is over.
        """
        for start in range(0, len(sound), 2 * MODEL_RATE_HZ):
            await self.append(sound[start : start + 2 * MODEL_RATE_HZ])
        await self.append(bytes(2 * int(TRAILING_SILENCE_SECS * MODEL_RATE_HZ)))
        await self.send({"type": "input_audio_buffer.commit"})
        while True:
            event = await self.receive()
            match event["type"].removeprefix(TRANSCRIPTION):
                case "completed" if isinstance(text := event.get("transcript"), str):
                    return text.strip()
                case "completed":
                    raise StageFault("malformed")
                case "failed" | "error":
                    raise self.fault_of(event.get("error"))

    async def _resample(self, wire: soxr.ResampleStream, audio: bytes, *, is_last: bool = False) -> None:
        """Sends what the resampler gives for now; it keeps a little back."""
        heard = wire.resample_chunk(np.frombuffer(audio, np.int16), last=is_last).tobytes()
        if heard:
            await self.append(heard)


async def open_transcription(
    openai: OpenAIUpstream, wishes: TranscriptionWishes, within_secs: float
) -> TranscriptionSession:
    """A session over a WebSocket, set up.

    Raises:
        Exception: why there is none, fit for `describe`.
    """
    connect = partial(open_realtime, openai, intent="transcription")
    return await TranscriptionSession.open(connect, wishes.session(), within_secs)
