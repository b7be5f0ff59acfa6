"""Frames of our own, for what Pipecat has no frame for."""

from dataclasses import dataclass, field
from typing import Self

from pipecat.frames.frames import (
    DataFrame,
    ErrorFrame,
    LLMFullResponseEndFrame,
    STTMetadataFrame,
    SystemFrame,
)

APOLOGY_CONTEXT = "apology"
"""The TTS context of the recorded apology: its end is the end of a recovery."""

ASIDE = "aside"
"""The text type of what is said while the agent thinks, and is no part of its answer."""


@dataclass
class ToldErrorFrame(ErrorFrame):
    """An error in words fit for the client; any other error's text stays on the server."""


@dataclass
class VADSilenceFrame(SystemFrame):
    """How long nobody has spoken, after each stretch of audio that follows speech.

    Counted in audio, not by the clock, so that the same recording always gives the same decision.

    Parameters
    ----------
        silence_secs: From the end of the last voiced window of confirmed speech.
        is_starting: Whether the voice activity detector suspects that speech begins again.
    """

    silence_secs: float
    is_starting: bool


@dataclass
class VADSegmentFrame(SystemFrame):
    """What was heard up to a pause; it follows each stop of the voice activity detector.

    Parameters
    ----------
        audio: All audio since the segment before, at most the last 8 s; 16 kHz mono 16 bit. It ends
            with the window by which the detector knew of the pause.
        lead_secs: How much of it was before the onset of speech.
    """

    audio: bytes = field(repr=False)
    lead_secs: float


@dataclass
class AnsweringSTTMetadataFrame(STTMetadataFrame):
    """From a recogniser that answers every segment: one transcript for each stop of the voice
    activity detector, an empty one if nothing was understood, or else an error.

    Whoever waits for words counts the answers of such a recogniser; others are waited for by time.
    """

    @classmethod
    def of(cls, frame: STTMetadataFrame) -> Self:
        """What the frame says, and that every segment is answered."""
        return cls(service_name=frame.service_name, ttfs_p99_latency=frame.ttfs_p99_latency)


@dataclass
class UserTurnDecidedFrame(SystemFrame):
    """The user's turn is over; what was said may still be on its way from the recogniser.

    Parameters
    ----------
        silence_secs: How long the silence was that decided it.
    """

    silence_secs: float


@dataclass
class UserTurnEmptyFrame(SystemFrame):
    """The user's turn is over and nothing was said in it."""


@dataclass
class InputGateOpenedFrame(SystemFrame):
    """From here on the microphone is heard; audio kept from before belongs to nobody."""


@dataclass
class ResetTurnFrame(SystemFrame):
    """Gives up the turn in progress: requests under way are dropped, what was heard is kept."""


@dataclass
class LLMToolsCalledFrame(LLMFullResponseEndFrame):
    """The end of a response in which the model called tools: its answer is still to come."""


@dataclass
class SpeechBeginsFrame(DataFrame):
    """The audio behind it is one speech, whose words are still growing.

    `SpeechProgress` knows the speech by the id of this frame; its words follow the audio as a `TTSTextFrame`.

    Parameters
    ----------
        text: The words so far.
    """

    text: str = ""
