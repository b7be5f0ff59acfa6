"""Protobuf frames on the wire, from peers that may send anything."""

from collections import Counter
from collections.abc import Callable

from loguru import logger
from pipecat.frames.frames import Frame, InputAudioRawFrame, InputTransportMessageFrame, InterruptionFrame
from pipecat.serializers.protobuf import ProtobufFrameSerializer

from ..agents.wire import MIC_SAMPLE_RATE_HZ
from .intake import NO_FRAME, WRONG_AUDIO, Intake, Refuse, is_rtvi


class WireSerializer(ProtobufFrameSerializer):
    """Pipecat's serializer, but it never raises, and takes only audio and RTVI messages from a client."""

    def __init__(self, refuse: Refuse, give_up: Callable[[], None]) -> None:
        super().__init__()
        self._intake = Intake(refuse, give_up)

    @property
    def refused(self) -> Counter[str]:
        """How much was dropped, by what the client was told."""
        return self._intake.refused

    async def serialize(self, frame: Frame) -> str | bytes | None:
        """As Pipecat does, but for interruptions, which no client library can read."""
        return None if isinstance(frame, InterruptionFrame) else await super().serialize(frame)

    async def deserialize(self, data: str | bytes) -> Frame | None:
        """The frame, or None for what is none or none of a client's business."""
        if not self._intake.takes_frame():
            return None
        try:
            frame = await super().deserialize(data)
        except Exception as error:
            logger.debug("a frame could not be read: {}", type(error).__name__)
            frame = None
        if isinstance(frame, InputAudioRawFrame):
            return self._microphone(frame)
        if isinstance(frame, InputTransportMessageFrame) and is_rtvi(frame.message):
            return frame
        self._intake.refuse(NO_FRAME)
        return None

    def _microphone(self, frame: InputAudioRawFrame) -> Frame | None:
        shape = (frame.sample_rate, frame.num_channels, len(frame.audio) % 2)
        if shape != (MIC_SAMPLE_RATE_HZ, 1, 0):
            self._intake.refuse(WRONG_AUDIO)
            return None
        return frame if self._intake.takes_audio(len(frame.audio) / 2 / MIC_SAMPLE_RATE_HZ) else None
