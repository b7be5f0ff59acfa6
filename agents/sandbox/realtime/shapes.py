"""What a transcription session can be told: the GA shapes, and no others."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..asking import wanted
from .events import Event, RefusedEvent

WIRE_RATE_HZ = 24_000
"""The only rate of PCM that the surface takes."""

_TAGS = {"audio/pcm", "audio/pcmu", "audio/pcma", "server_vad", "semantic_vad", "str", "int", "CustomVoice"}
_TAGS |= {"input_text", "input_audio", "NamedTool"}
"""What pydantic names beside the fields: which one of several shapes it tried."""

_WHISPER = "gpt-realtime-whisper"


class Shape(BaseModel):
    """Takes the fields that it knows, in the types that they have."""

    model_config = ConfigDict(extra="forbid", strict=True)


class PcmFormat(Shape):
    """Mono, signed 16 bit little endian; the other formats are not made here."""

    type: Literal["audio/pcm"] = "audio/pcm"
    rate: Literal[24_000] = WIRE_RATE_HZ


class Transcription(Shape):
    """Any model will do; language and hints change nothing here."""

    model: Annotated[str, Field(min_length=1)]
    language: str | None = None
    languages: list[str] | None = None
    prompt: str | None = None
    keywords: list[str] | None = None
    delay: Literal["minimal", "low", "medium", "high", "xhigh"] | None = None


class NoiseReduction(Shape):
    """Taken, and without effect here."""

    type: Literal["near_field", "far_field"] | None = None
    strength: float | None = None


class AudioInput(Shape):
    """`turn_detection` must be null: voice activity detection is not made here."""

    format: PcmFormat = PcmFormat()
    transcription: Transcription | None = None
    noise_reduction: NoiseReduction | None = None
    turn_detection: None = None


class _Audio(Shape):
    input: AudioInput = AudioInput()


class _Session(Shape):
    type: Literal["transcription"]
    audio: _Audio = _Audio()
    include: list[Literal["item.input_audio_transcription.logprobs"]] | None = None


class _Update(BaseModel):
    session: _Session


def updated(current: AudioInput, said: Event) -> AudioInput:
    """The input with the fields that a `session.update` gives; what is not given stays.

    Raises:
        RefusedEvent: a field is unknown, e.g. one of the retired beta surface, missing or wrong.
    """
    try:
        given = _Update.model_validate(said).session.audio.input
    except ValidationError as error:
        raise refused(error.errors(include_url=False)[0]) from None
    changed = {name: getattr(given, name) for name in given.model_fields_set}
    merged = current.model_copy(update=changed)
    check_model(merged.transcription)
    return merged


def check_model(transcription: Transcription | None) -> None:
    """Only hints that the model takes.

    Raises:
        RefusedEvent: one that it does not.
    """
    if transcription is None:
        return
    is_whisper = transcription.model == _WHISPER
    if is_whisper and transcription.prompt:
        raise _unsupported("prompt", transcription.model)
    if not is_whisper and transcription.delay:
        raise _unsupported("delay", transcription.model)


def _unsupported(field: str, model: str) -> RefusedEvent:
    param = f"session.audio.input.transcription.{field}"
    return RefusedEvent(f"'{param}' is not supported with the model '{model}'.", "invalid_value", param)


def refused(error: Any, within: str = "") -> RefusedEvent:
    """The first of pydantic's errors, as OpenAI tells it; `within` is the field that was checked."""
    path = (within, *(str(part) for part in error["loc"] if str(part) not in _TAGS))
    param = ".".join(part for part in path if part)
    if error["type"] == "extra_forbidden":
        return RefusedEvent(f"Unknown parameter: '{param}'.", "unknown_parameter", param)
    if error["type"] == "missing":
        return RefusedEvent(f"Missing required parameter: '{param}'.", "missing_required_parameter", param)
    return RefusedEvent(
        f"Invalid value for '{param}': expected {wanted(error['msg'])}.", "invalid_value", param
    )
