"""Protobuf frames on the wire, from peers that may send anything."""

from collections.abc import Callable
from typing import Any

from loguru import logger
from pipecat.frames.frames import Frame, InputAudioRawFrame, InputTransportMessageFrame, InterruptionFrame
from pipecat.processors.frameworks.rtvi.models import MESSAGE_LABEL
from pipecat.serializers.protobuf import ProtobufFrameSerializer

from ..agents.wire import MIC_SAMPLE_RATE_HZ

Refuse = Callable[[str], None]

NO_FRAME = "What arrived is no frame that this server knows; it was dropped."
WRONG_AUDIO = "Microphone audio must be 16 kHz, mono, 16 bit; what arrived was dropped."


class WireSerializer(ProtobufFrameSerializer):
    """Pipecat's serializer, but it never raises, and takes only audio and RTVI messages from a client.

    What it refuses is counted; the client is told once for each kind.
    """

    def __init__(self, refuse: Refuse) -> None:
        super().__init__()
        self._refuse = refuse
        self.refused: dict[str, int] = {}

    async def serialize(self, frame: Frame) -> str | bytes | None:
        """As Pipecat does, but for interruptions, which no client library can read."""
        return None if isinstance(frame, InterruptionFrame) else await super().serialize(frame)

    async def deserialize(self, data: str | bytes) -> Frame | None:
        """The frame, or None for what is none or none of a client's business."""
        try:
            frame = await super().deserialize(data)
        except Exception as error:
            logger.debug("a frame could not be read: {}", type(error).__name__)
            frame = None
        if isinstance(frame, InputAudioRawFrame):
            return frame if self._is_microphone(frame) else self._refused(WRONG_AUDIO)
        if isinstance(frame, InputTransportMessageFrame) and _is_rtvi(frame.message):
            return frame
        return self._refused(NO_FRAME)

    def _is_microphone(self, frame: InputAudioRawFrame) -> bool:
        shape = (frame.sample_rate, frame.num_channels, len(frame.audio) % 2)
        return shape == (MIC_SAMPLE_RATE_HZ, 1, 0)

    def _refused(self, sentence: str) -> None:
        self.refused[sentence] = self.refused.get(sentence, 0) + 1
        if self.refused[sentence] == 1:
            self._refuse(sentence)


def _is_rtvi(message: Any) -> bool:
    return (
        isinstance(message, dict)
        and message.get("label") == MESSAGE_LABEL
        and isinstance(message.get("type"), str)
        and isinstance(message.get("id", ""), str)
    )
