"""What a speech-to-speech session can be told: the GA shapes, and no others."""

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from ..refusal import Refusal
from ..voice import VOICES
from .events import Event, RefusedEvent
from .shapes import NoiseReduction, PcmFormat, Shape, Transcription, check_model, refused

_DEFAULT_INSTRUCTIONS = "Be helpful, and be brief."
_DEFAULT_VOICE = "marin"


class Pcmu(Shape):
    """G.711 mu-law, 8 kHz."""

    type: Literal["audio/pcmu"]


class Pcma(Shape):
    """G.711 A-law, 8 kHz."""

    type: Literal["audio/pcma"]


SoundFormat = Annotated[PcmFormat | Pcmu | Pcma, Field(discriminator="type")]


class ServerVad(Shape):
    """A turn ends with silence."""

    type: Literal["server_vad"] = "server_vad"
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.5
    prefix_padding_ms: Annotated[int, Field(ge=0, le=5_000)] = 300
    silence_duration_ms: Annotated[int, Field(ge=0, le=10_000)] = 500
    create_response: bool = True
    interrupt_response: bool = True
    idle_timeout_ms: Annotated[int, Field(ge=5_000, le=30_000)] | None = None


class SemanticVad(Shape):
    """A turn ends with silence, and more or less of it."""

    type: Literal["semantic_vad"]
    eagerness: Literal["low", "medium", "high", "auto"] = "auto"
    create_response: bool = True
    interrupt_response: bool = True


TurnDetection = Annotated[ServerVad | SemanticVad, Field(discriminator="type")]


class VoiceInput(Shape):
    """What is done with the user's sound."""

    format: SoundFormat = PcmFormat()
    transcription: Transcription | None = None
    noise_reduction: NoiseReduction | None = None
    turn_detection: TurnDetection | None = ServerVad()


class CustomVoice(Shape):
    """A voice of one's own; here it sounds like the default one."""

    id: str


VoiceName = str | CustomVoice


class VoiceOutput(Shape):
    """How the model sounds."""

    format: SoundFormat = PcmFormat()
    voice: VoiceName = _DEFAULT_VOICE
    speed: Annotated[float, Field(ge=0.25, le=1.5)] = 1.0


class Audio(Shape):
    """Both ways."""

    input: VoiceInput = VoiceInput()
    output: VoiceOutput = VoiceOutput()


class Tool(Shape):
    """A function of the client's; MCP servers are not made here."""

    type: Literal["function"] = "function"
    name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
    description: str | None = None
    parameters: dict[str, Any] | None = None


class NamedTool(Shape):
    """The one function that must be called."""

    type: Literal["function"]
    name: str


class Reasoning(Shape):
    """Taken, and without effect here."""

    effort: Literal["minimal", "low", "medium", "high", "xhigh"] | None = None


Modalities = Annotated[list[Literal["text", "audio"]], Field(min_length=1)]
MaxTokens = Annotated[int, Field(ge=1, le=4_096)] | Literal["inf"]
ToolChoice = Literal["auto", "none", "required"] | NamedTool


class SessionConfig(Shape):
    """The session, with OpenAI's defaults; prompt, reasoning, tracing and truncation change nothing here."""

    type: Literal["realtime"]
    model: Annotated[str, Field(min_length=1)] | None = None
    output_modalities: Modalities = Field(default=["audio"])
    instructions: str = _DEFAULT_INSTRUCTIONS
    audio: Audio = Audio()
    tools: list[Tool] = Field(default=[])
    tool_choice: ToolChoice = "auto"
    parallel_tool_calls: bool | None = None
    max_output_tokens: MaxTokens = "inf"
    include: list[Literal["item.input_audio_transcription.logprobs"]] | None = None
    tracing: Literal["auto"] | dict[str, Any] | None = None
    truncation: Literal["auto", "disabled"] | dict[str, Any] = "auto"
    prompt: dict[str, Any] | None = None
    reasoning: Reasoning | None = None

    @model_validator(mode="before")
    @classmethod
    def _null_is_unset(cls, given: Any) -> Any:
        """OpenAI takes null for most fields, as if they were not there."""
        return without_nulls(given) if isinstance(given, dict) else given


class _Update(Shape):
    session: SessionConfig
    type: str
    event_id: str | None = None


def without_nulls(given: dict[str, Any]) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in given.items() if value is not None}


def opened(model: str, given: object = None) -> SessionConfig:
    """A new session; `given` is the client's `session` where it comes with the opening.

    Raises:
        RefusedEvent: a field is unknown, missing or wrong.
    """
    start = SessionConfig(type="realtime", model=model)
    return start if given is None else configured(start, {"type": "session.update", "session": given})


def configured(current: SessionConfig, said: Event) -> SessionConfig:
    """The session with the fields that a `session.update` gives; what is not given stays.

    Raises:
        RefusedEvent: a field is unknown, e.g. one of the retired beta surface, missing or wrong.
    """
    try:
        given = _Update.model_validate(said).session.model_dump(exclude_unset=True)
    except ValidationError as error:
        raise refused(error.errors(include_url=False)[0]) from None
    merged = SessionConfig.model_validate(_merged(current.model_dump(), given))
    check_modalities(merged.output_modalities, "session.output_modalities")
    check_voice(merged.audio.output.voice, "session.audio.output.voice")
    check_model(merged.audio.input.transcription)
    if merged.model != current.model:
        message = f"Cannot update the model of a session: it is '{current.model}'."
        raise RefusedEvent(message, "invalid_value", "session.model")
    return merged


def shown(config: SessionConfig) -> dict[str, Any]:
    """The session as its events show it: of hints to the transcription, those that were given."""
    fields = config.model_dump()
    sound = fields["audio"]["input"]
    for name in ("transcription", "noise_reduction"):
        sound[name] = sound[name] and without_nulls(sound[name])
    return fields


def check_modalities(wanted: list[Any], param: str) -> None:
    """One kind of output at a time.

    Raises:
        RefusedEvent: it is both.
    """
    if len(wanted) > 1:
        message = f"Invalid modalities: {wanted}. Supported combinations are: ['text'] and ['audio']."
        raise RefusedEvent(message, "invalid_value", param)


def check_voice(voice: VoiceName, param: str) -> None:
    """A voice that there is.

    Raises:
        RefusedEvent: there is none of that name.
    """
    if isinstance(voice, str) and voice not in VOICES:
        message = f"Invalid value: '{voice}'. Supported values are: {', '.join(VOICES)}."
        raise RefusedEvent(message, "invalid_value", param)


def sounding(voice: VoiceName) -> str:
    """The name of the voice that is heard."""
    return voice if isinstance(voice, str) else _DEFAULT_VOICE


def refusal_of(refused_event: RefusedEvent) -> Refusal:
    """The same over HTTP, where a session comes with the opening."""
    return Refusal(400, str(refused_event), code=refused_event.code, param=refused_event.param)


_SECTIONS = ("audio", "input", "output")


def _merged(current: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Sections are merged field by field, everything else is replaced whole."""
    merged = dict(current)
    for name, value in given.items():
        merged[name] = _merged(current[name], value) if name in _SECTIONS else value
    return merged
