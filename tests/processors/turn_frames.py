"""What an endpointing processor is sent in a turn, and what comes of it."""

from pipecat.frames.frames import (
    Frame,
    InterimTranscriptionFrame,
    LLMContextFrame,
    STTMetadataFrame,
    TextFrame,
    TranscriptionFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.tests.utils import SleepFrame, run_test
from turnwise.agents.frames import (
    AnsweringSTTMetadataFrame,
    UserTurnDecidedFrame,
    UserTurnEmptyFrame,
    VADSegmentFrame,
    VADSilenceFrame,
)

WAIT = SleepFrame(0.02)
ANSWER = [UserTurnDecidedFrame, LLMContextFrame, UserStoppedSpeakingFrame]
NO_ANSWER = [UserTurnDecidedFrame, UserStoppedSpeakingFrame, UserTurnEmptyFrame]
UNDECIDED: list[type[Frame]] = []
WAITS = [UserTurnDecidedFrame]

Part = list[Frame | SleepFrame]


def ours() -> Part:
    """A recogniser that answers every segment."""
    return [AnsweringSTTMetadataFrame(service_name="ours", ttfs_p99_latency=2.0), WAIT]


def another(latency_secs: float) -> Part:
    """Any other, by the time that it says it takes."""
    return [STTMetadataFrame(service_name="another", ttfs_p99_latency=latency_secs), WAIT]


def start() -> Part:
    return [VADUserStartedSpeakingFrame(), WAIT]


def stop(audio: bytes = b"", lead_secs: float = 0.0) -> Part:
    return [VADUserStoppedSpeakingFrame(stop_secs=0.2), VADSegmentFrame(audio, lead_secs), WAIT]


def silence(secs: float, *, is_starting: bool = False) -> Part:
    return [VADSilenceFrame(secs, is_starting), WAIT]


def heard(text: str, *, finalized: bool = False) -> Part:
    return [TranscriptionFrame(text, "", "2026-01-01T00:00:00Z", finalized=finalized), WAIT]


def interim(text: str) -> Part:
    return [InterimTranscriptionFrame(text, "", "2026-01-01T00:00:00Z"), WAIT]


async def outcome(processor: FrameProcessor, *parts: Part) -> list[type[Frame]]:
    """What reaches the model's side, in order."""
    end = TextFrame("what comes after this is the end of the call's doing")
    frames = [*(frame for part in parts for frame in part), end, WAIT]
    wanted = (UserTurnDecidedFrame, UserTurnEmptyFrame, UserStoppedSpeakingFrame, LLMContextFrame)
    down, _ = await run_test(processor, frames_to_send=frames)
    return [type(frame) for frame in down[: list(down).index(end)] if isinstance(frame, wanted)]
