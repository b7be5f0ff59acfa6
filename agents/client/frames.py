"""What is on the wire: Pipecat's protobuf frames on a WebSocket, RTVI's JSON on a data channel."""

import json
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from loguru import logger

from ..wire import MIC_SAMPLE_RATE_HZ


def _without_banner(module: str) -> Any:
    """Pipecat logs a line about itself when it is first imported, which a terminal should not show."""
    logger.disable("pipecat")
    try:
        return import_module(module)
    finally:
        logger.enable("pipecat")


_pb = _without_banner("pipecat.frames.protobufs.frames_pb2")


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """Signed 16 bit little endian samples, as they came."""

    pcm: bytes
    sample_rate_hz: int
    num_channels: int


Arrival = AudioFrame | dict[str, Any]
"""What comes in on a line: a frame of the agent's voice, or an RTVI message."""


def encode_audio(pcm: bytes, sample_rate_hz: int = MIC_SAMPLE_RATE_HZ) -> bytes:
    """One frame of mono microphone audio."""
    audio = _pb.AudioRawFrame(audio=pcm, sample_rate=sample_rate_hz, num_channels=1)
    return _pb.Frame(audio=audio).SerializeToString()


def encode_message(message: dict[str, Any]) -> bytes:
    """One RTVI message."""
    return _pb.Frame(message=_pb.MessageFrame(data=to_json(message))).SerializeToString()


def to_json(message: dict[str, Any]) -> str:
    """One RTVI message, as it stands on a data channel."""
    return json.dumps(message)


def decode(data: bytes | str) -> Arrival:
    """A frame of the agent's voice, or an RTVI message.

    Pipecat's other frames (an interruption, say) come back as a message of type `pipecat-<frame>`.

    Raises:
        ValueError: these bytes are no frame, or the message in it is no JSON object with a type.
    """
    if isinstance(data, str):
        raise ValueError("text where a frame should be")
    try:
        frame = _pb.Frame.FromString(data)
    except Exception as error:  # protobuf's DecodeError, whose base differs between its versions
        raise ValueError("no protobuf frame") from error
    kind = frame.WhichOneof("frame")
    if kind == "audio":
        return AudioFrame(frame.audio.audio, frame.audio.sample_rate, frame.audio.num_channels)
    if kind == "message":
        return parse_message(frame.message.data)
    if kind is None:
        raise ValueError("an empty frame")
    return {"type": f"pipecat-{kind}"}


def parse_message(text: bytes | str) -> dict[str, Any]:
    """An RTVI message.

    Raises:
        ValueError: it is no JSON object with a type.
    """
    message = json.loads(text)
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise ValueError("a message that is no RTVI")
    return message


def unreadable(error: ValueError) -> dict[str, Any]:
    """What stands in the record for what could not be read."""
    return {"type": "unreadable", "data": {"message": str(error)}}
