"""Protobuf frames on the wire, from peers that may send anything."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from loguru import logger
from pipecat.frames.frames import Frame, InputAudioRawFrame, InputTransportMessageFrame, InterruptionFrame
from pipecat.processors.frameworks.rtvi.models import MESSAGE_LABEL
from pipecat.serializers.protobuf import ProtobufFrameSerializer

from ..agents.wire import MIC_SAMPLE_RATE_HZ
from .rate_limit import TokenBucket

Refuse = Callable[[str], None]

NO_FRAME = "What arrived is no frame that this server knows; it was dropped."
WRONG_AUDIO = "Microphone audio must be 16 kHz, mono, 16 bit; what arrived was dropped."


TOO_MUCH = "More arrives than a microphone can send; the rest was dropped."

FRAMES_PER_SEC, FRAMES_AT_ONCE = 200.0, 500.0
AUDIO_PER_SEC, AUDIO_SECS_AT_ONCE = 1.5, 8.0
"""A network that stood still delivers what it held back; nothing else is faster than real time."""

MOST_REFUSED = 20_000
"""A client that goes on after this many is no client."""


class WireSerializer(ProtobufFrameSerializer):
    """Pipecat's serializer, but it never raises, and takes only audio and RTVI messages from a client.

    What it refuses is counted; the client is told once for each kind, and `give_up` is called
    where it does not stop.
    """

    def __init__(self, refuse: Refuse, give_up: Callable[[], None]) -> None:
        super().__init__()
        self._refuse = refuse
        self._give_up = give_up
        self._frames = TokenBucket(FRAMES_PER_SEC, FRAMES_AT_ONCE)
        self._audio_secs = TokenBucket(AUDIO_PER_SEC, AUDIO_SECS_AT_ONCE)
        self.refused: Counter[str] = Counter()

    async def serialize(self, frame: Frame) -> str | bytes | None:
        """As Pipecat does, but for interruptions, which no client library can read."""
        return None if isinstance(frame, InterruptionFrame) else await super().serialize(frame)

    async def deserialize(self, data: str | bytes) -> Frame | None:
        """The frame, or None for what is none or none of a client's business."""
        if not self._frames.take():
            return self._refused(TOO_MUCH)
        try:
            frame = await super().deserialize(data)
        except Exception as error:
            logger.debug("a frame could not be read: {}", type(error).__name__)
            frame = None
        if isinstance(frame, InputAudioRawFrame):
            return self._microphone(frame)
        if isinstance(frame, InputTransportMessageFrame) and _is_rtvi(frame.message):
            return frame
        return self._refused(NO_FRAME)

    def _microphone(self, frame: InputAudioRawFrame) -> Frame | None:
        shape = (frame.sample_rate, frame.num_channels, len(frame.audio) % 2)
        if shape != (MIC_SAMPLE_RATE_HZ, 1, 0):
            return self._refused(WRONG_AUDIO)
        if not self._audio_secs.take(len(frame.audio) / 2 / MIC_SAMPLE_RATE_HZ):
            return self._refused(TOO_MUCH)
        return frame

    def _refused(self, sentence: str) -> None:
        self.refused[sentence] += 1
        if self.refused[sentence] == 1:
            self._refuse(sentence)
        if self.refused.total() == MOST_REFUSED:
            self._give_up()


def _is_rtvi(message: Any) -> bool:
    """Whether it is an RTVI message that Pipecat can take apart without complaint."""
    return (
        isinstance(message, dict)
        and message.get("label") == MESSAGE_LABEL
        and isinstance(message.get("type"), str)
        and isinstance(message.get("id"), str)
        and isinstance(message.get("data"), dict | None)
    )
