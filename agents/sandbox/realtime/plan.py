"""What one response is to be: the session's settings, and what `response.create` says otherwise."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from .events import Event, RefusedEvent
from .item import Item
from .session_shapes import (
    MaxTokens,
    Modalities,
    Reasoning,
    SessionConfig,
    SoundFormat,
    Tool,
    ToolChoice,
    VoiceName,
    check_modalities,
    check_voice,
    sounding,
)
from .shapes import Shape, refused


class _Output(Shape):
    format: SoundFormat | None = None
    voice: VoiceName | None = None


class _Audio(Shape):
    output: _Output = _Output()


class _Wanted(Shape):
    instructions: str | None = None
    output_modalities: Modalities | None = None
    conversation: Literal["auto", "none"] | None = None
    input: list[dict[str, Any]] | None = None
    tools: list[Tool] | None = None
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    metadata: Annotated[dict[str, str], Field(max_length=16)] | None = None
    max_output_tokens: MaxTokens | None = None
    audio: _Audio = _Audio()
    prompt: dict[str, Any] | None = None
    reasoning: Reasoning | None = None


class _Create(Shape):
    type: str
    event_id: str | None = None
    response: _Wanted | None = None


@dataclass(frozen=True)
class Plan:
    """One response."""

    instructions: str
    is_spoken: bool
    voice: VoiceName
    sound: SoundFormat
    speed: float
    tools: list[Tool]
    tool_choice: ToolChoice
    is_parallel: bool
    max_output_tokens: MaxTokens
    is_default: bool = True
    """Whether it belongs to the conversation."""
    metadata: dict[str, str] | None = None
    input: list[dict[str, Any]] | None = None
    """Items to answer, as the client sent them; None stands for the conversation."""
    items: tuple[Item, ...] | None = None
    """The same, read."""
    is_told: bool = False
    """Whether the instructions are for this response alone."""

    @property
    def voice_name(self) -> str:
        """The voice that is heard."""
        return sounding(self.voice)

    def shape(self) -> dict[str, Any]:
        """What `response` shows of it."""
        voice = self.voice if isinstance(self.voice, str) else self.voice.model_dump()
        return {
            "output_modalities": ["audio" if self.is_spoken else "text"],
            "max_output_tokens": self.max_output_tokens,
            "audio": {"output": {"format": self.sound.model_dump(), "voice": voice}},
            "metadata": self.metadata,
        }


def planned(config: SessionConfig, said: Event | None = None) -> Plan:
    """The plan of a response; without `said`, of one that ends a turn by itself.

    Raises:
        RefusedEvent: a field is unknown, e.g. one of the retired beta surface, or wrong.
    """
    try:
        wanted = (_Create.model_validate(said).response if said else None) or _Wanted()
    except ValidationError as error:
        raise refused(error.errors(include_url=False)[0]) from None
    output, modalities = config.audio.output, wanted.output_modalities or config.output_modalities
    check_modalities(modalities, "response.output_modalities")
    voice = wanted.audio.output.voice or output.voice
    check_voice(voice, "response.audio.output.voice")
    if wanted.input is not None and wanted.conversation != "none":
        message = "A response with its own 'input' needs 'conversation' to be 'none'."
        raise RefusedEvent(message, "invalid_value", "response.input")
    return Plan(
        instructions=config.instructions if wanted.instructions is None else wanted.instructions,
        is_spoken=modalities == ["audio"],
        voice=voice,
        sound=wanted.audio.output.format or output.format,
        speed=output.speed,
        tools=config.tools if wanted.tools is None else wanted.tools,
        tool_choice=wanted.tool_choice or config.tool_choice,
        is_parallel=_first_given(wanted.parallel_tool_calls, config.parallel_tool_calls),
        max_output_tokens=wanted.max_output_tokens or config.max_output_tokens,
        is_default=wanted.conversation != "none",
        metadata=wanted.metadata,
        input=wanted.input,
        is_told=wanted.instructions is not None,
    )


def _first_given(*values: bool | None) -> bool:
    return next((value for value in values if value is not None), True)
