"""How a realtime model is asked to hear, think and speak."""

from dataclasses import dataclass
from typing import Any

from ..agents.realtime.audio_input import PCM, audio_input
from ..agents.realtime.connection import Event
from .transcription_wishes import TranscriptionWishes


@dataclass(frozen=True)
class TurnDetection:
    """When the model takes the user's turn for over: after silence, or by how finished it sounds."""

    kind: str
    threshold: float
    silence_secs: float
    prefix_secs: float
    eagerness: str

    @property
    def padding_secs(self) -> float:
        """How long before the speech the model says that it begins: `audio_start_ms` has the prefix in it."""
        return self.prefix_secs if self.kind == "server_vad" else 0.0

    def asked(self, *, interrupts: bool) -> Event:
        """As the API takes it; `interrupts`: whether speech stops an answer that is under way."""
        how: Event = {"type": self.kind, "create_response": True, "interrupt_response": interrupts}
        if self.kind == "semantic_vad":
            return {**how, "eagerness": self.eagerness}
        return {
            **how,
            "threshold": self.threshold,
            "silence_duration_ms": round(self.silence_secs * 1000),
            "prefix_padding_ms": round(self.prefix_secs * 1000),
        }


@dataclass(frozen=True)
class RealtimeWishes:
    """A session's settings; None or an empty string is the API's own default."""

    model: str
    instructions: str
    output: str
    voice: str
    speed: float | None
    transcription_model: str
    language: str
    noise_reduction: str
    turn_detection: TurnDetection | None
    """None: turns are ours to detect."""
    interrupts: bool
    max_output_tokens: int | None
    reasoning_effort: str

    def session(self, tools: list[Any]) -> Event:
        """The `session` of a `session.update`."""
        session: Event = {
            "type": "realtime",
            "model": self.model,
            "output_modalities": [self.output],
            "instructions": self.instructions,
            "audio": {"input": self._input()},
        }
        if self.output == "audio":
            session["audio"]["output"] = self._voice()
        if tools:
            session |= {"tools": tools, "tool_choice": "auto"}
        if self.max_output_tokens:
            session["max_output_tokens"] = self.max_output_tokens
        if self.reasoning_effort:
            session["reasoning"] = {"effort": self.reasoning_effort}
        return session

    def recogniser(self) -> TranscriptionWishes:
        """The same, of a session that only writes down what it hears."""
        model, language = self.transcription_model, self.language
        return TranscriptionWishes(model, language, noise_reduction=self.noise_reduction)

    def _input(self) -> Event:
        wanted = self.turn_detection
        return audio_input(
            self.transcription_model,
            language=self.language,
            noise_reduction=self.noise_reduction,
            turn_detection=wanted.asked(interrupts=self.interrupts) if wanted else None,
        )

    def _voice(self) -> Event:
        voice: Event = {"format": PCM, "voice": self.voice}
        return {**voice, "speed": self.speed} if self.speed else voice
