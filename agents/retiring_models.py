"""Which of OpenAI's models are to be shut down, when, and what to use instead.

Dates are those of the docstrings in `openai.types` (3.52: "Announced shutdown date"), with which
tests/test_retiring_models.py compares them. The preview models of the realtime API have none there; theirs
are of https://developers.openai.com/api/docs/deprecations, as is what replaces voices, transcription and
speech to speech. What to use instead of a text model is the one that is shipped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

_TEXT = "use gpt-6-luna"
_TEXT_OUT_OF_AUDIO = "use gpt-audio-1.5"
_HEARD = "use gpt-live-transcribe (streaming) or gpt-transcribe (uploads)"
_SPEECH_TO_SPEECH = "use gpt-realtime-2.1"
_SMALL_SPEECH_TO_SPEECH = "use gpt-realtime-2.1-mini"
_VOICE = (
    "OpenAI names no other model for /v1/audio/speech: plan for another vendor's voice, "
    "or for a realtime agent with gpt-realtime-2.1-mini (docs/realtime.md)"
)

_ANNOUNCED: tuple[tuple[str, str, str], ...] = (
    ("2024-09-13", _TEXT, "gpt-3.5-turbo-16k gpt-3.5-turbo-0301 gpt-3.5-turbo-0613 gpt-3.5-turbo-16k-0613"),
    ("2024-12-06", _TEXT, "gpt-4-vision-preview"),
    ("2025-06-06", _TEXT, "gpt-4-32k gpt-4-32k-0314 gpt-4-32k-0613"),
    ("2025-07-28", _TEXT, "o1-preview o1-preview-2024-09-12"),
    ("2025-10-10", _TEXT_OUT_OF_AUDIO, "gpt-4o-audio-preview-2024-10-01"),
    ("2025-10-10", _SPEECH_TO_SPEECH, "gpt-4o-realtime-preview-2024-10-01"),
    ("2025-10-27", _TEXT, "o1-mini o1-mini-2024-09-12"),
    ("2026-02-12", _TEXT, "codex-mini-latest"),
    ("2026-02-17", _TEXT, "chatgpt-4o-latest"),
    ("2026-03-26", _TEXT, "gpt-4-0125-preview gpt-4-turbo-preview gpt-4-0314"),
    (
        "2026-05-07",
        _TEXT_OUT_OF_AUDIO,
        "gpt-4o-audio-preview gpt-4o-audio-preview-2024-12-17 gpt-4o-audio-preview-2025-06-03 "
        "gpt-4o-mini-audio-preview gpt-4o-mini-audio-preview-2024-12-17",
    ),
    (
        "2026-05-07",
        _SPEECH_TO_SPEECH,
        "gpt-4o-realtime-preview gpt-4o-realtime-preview-2024-12-17 gpt-4o-realtime-preview-2025-06-03",
    ),
    (
        "2026-05-07",
        _SMALL_SPEECH_TO_SPEECH,
        "gpt-4o-mini-realtime-preview gpt-4o-mini-realtime-preview-2024-12-17",
    ),
    (
        "2026-07-23",
        _TEXT,
        "gpt-5-chat-latest gpt-5-codex gpt-5.1-chat-latest gpt-5.1-codex gpt-5.1-codex-max "
        "gpt-4o-search-preview gpt-4o-search-preview-2025-03-11 gpt-4o-mini-search-preview "
        "gpt-4o-mini-search-preview-2025-03-11 computer-use-preview computer-use-preview-2025-03-11 "
        "o3-deep-research o3-deep-research-2025-06-26 o4-mini-deep-research o4-mini-deep-research-2025-06-26",
    ),
    ("2026-08-10", _TEXT, "gpt-5.2-chat-latest gpt-5.3-chat-latest"),
    ("2026-09-28", _TEXT, "gpt-3.5-turbo-1106"),
    (
        "2026-10-23",
        _TEXT,
        "gpt-4.1-nano gpt-4.1-nano-2025-04-14 gpt-4o-2024-05-13 gpt-4-turbo gpt-4-turbo-2024-04-09 "
        "gpt-4-1106-preview gpt-4 gpt-4-0613 gpt-3.5-turbo gpt-3.5-turbo-0125 o1 o1-2024-12-17 o1-pro "
        "o1-pro-2025-03-19 o3-mini o3-mini-2025-01-31 o4-mini o4-mini-2025-04-16",
    ),
    (
        "2026-12-11",
        _TEXT,
        "gpt-5 gpt-5-2025-08-07 gpt-5-mini gpt-5-mini-2025-08-07 gpt-5-nano gpt-5-nano-2025-08-07 "
        "gpt-5-pro gpt-5-pro-2025-10-06 o3 o3-2025-04-16 o3-pro o3-pro-2025-06-10",
    ),
    ("2027-01-06", _VOICE, "tts-1 tts-1-hd gpt-4o-mini-tts gpt-4o-mini-tts-2025-12-15"),
    (
        "2027-01-14",
        _TEXT,
        "gpt-4.1 gpt-4.1-2025-04-14 gpt-4.1-mini gpt-4.1-mini-2025-04-14 gpt-4o gpt-4o-2024-08-06 "
        "gpt-4o-2024-11-20 gpt-4o-mini gpt-4o-mini-2024-07-18",
    ),
    ("2027-01-20", _SPEECH_TO_SPEECH, "gpt-realtime gpt-realtime-2025-08-28"),
    ("2027-01-20", _SMALL_SPEECH_TO_SPEECH, "gpt-realtime-mini gpt-realtime-mini-2025-12-15"),
    ("2027-01-20", _TEXT_OUT_OF_AUDIO, "gpt-audio-mini gpt-audio-mini-2025-12-15"),
    (
        "2027-02-26",
        _HEARD,
        "whisper-1 gpt-4o-transcribe gpt-4o-transcribe-diarize gpt-4o-mini-transcribe "
        "gpt-4o-mini-transcribe-2025-12-15",
    ),
    ("2027-04-01", _TEXT, "gpt-5.1 gpt-5.1-2025-11-13 gpt-5.4-nano gpt-5.4-nano-2026-03-17"),
)


@dataclass(frozen=True)
class Retirement:
    """The end of a model."""

    model: str
    on: date
    instead: str
    """What to do about it, as a clause."""

    def sentence(self, today: date) -> str:
        """That it ends, or has ended, as a clause behind the model's name."""
        return f"which OpenAI {'shut' if self.on <= today else 'shuts'} down on {self.on}"


RETIRING: Mapping[str, Retirement] = {
    model: Retirement(model, date.fromisoformat(on), instead)
    for on, instead, models in _ANNOUNCED
    for model in models.split()
}


def retirement_of(model: str) -> Retirement | None:
    """What is announced for a model; one that was fine-tuned (`ft:BASE:…`) ends with its base."""
    base = model.split(":")[1] if model.startswith("ft:") else model
    return RETIRING.get(base)
