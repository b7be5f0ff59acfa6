"""How a recogniser that listens along is asked to transcribe."""

from dataclasses import dataclass

from ..agents.realtime.audio_input import audio_input
from ..agents.realtime.connection import Event

_WHISPER = "gpt-realtime-whisper"


@dataclass(frozen=True)
class TranscriptionWishes:
    """A session's settings; an empty string is the API's own default."""

    model: str
    language: str
    prompt: str = ""
    noise_reduction: str = ""
    delay: str = ""

    def check(self) -> None:
        """What the API would refuse in mid-call is told at start.

        Raises:
            ValueError: the model does not take it.
        """
        if self.prompt and self.model == _WHISPER:
            raise ValueError(f"{self.model} takes no prompt")
        if self.delay and self.model != _WHISPER:
            raise ValueError(f"{self.model} takes no delay, only {_WHISPER} does")

    def session(self) -> Event:
        """The `session` of a `session.update`; turns are ours to detect."""
        heard = audio_input(
            self.model,
            language=self.language,
            prompt=self.prompt,
            delay=self.delay,
            noise_reduction=self.noise_reduction,
            turn_detection=None,
        )
        return {"type": "transcription", "audio": {"input": heard}}
