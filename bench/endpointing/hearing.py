"""What the voice activity detector hears in a recording, in audio time."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.audio.vad.vad_controller import VADController
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from turnwise.processors.watched_analyzer import WatchedAnalyzer

from .recording import RATE_HZ, Recording

CHUNK = RATE_HZ // 50
"""Samples in 20 ms, as a transport brings them."""


@dataclass
class Moment:
    """One chunk, and what was heard when it had come."""

    at_secs: float
    audio: bytes
    frames: list[Frame] = field(default_factory=list)


def chunks_of(recording: Recording) -> Iterator[Moment]:
    """The recording as it comes in; `at_secs` is the end of each chunk."""
    for start in range(0, len(recording.pcm), CHUNK * 2):
        audio = recording.pcm[start : start + CHUNK * 2]
        yield Moment((start + len(audio)) / 2 / RATE_HZ, audio)


async def listen(recording: Recording, min_volume: float) -> list[Moment]:
    """Runs Pipecat's controller on the analyzer of our `vad` stage: start and stop 0.2 s."""
    params = VADParams(start_secs=0.2, stop_secs=0.2, confidence=0.7, min_volume=min_volume)
    analyzer = WatchedAnalyzer(params)
    analyzer.set_sample_rate(RATE_HZ)
    controller = VADController(analyzer, audio_idle_timeout=0)
    heard: list[Frame] = []
    controller.add_event_handler("on_speech_started", lambda _: heard.append(VADUserStartedSpeakingFrame()))
    controller.add_event_handler("on_speech_stopped", lambda _: heard.append(_stopped(params)))
    moments = []
    for moment in chunks_of(recording):
        await controller.process_frame(InputAudioRawFrame(moment.audio, RATE_HZ, 1))
        moment.frames = [*heard, *analyzer.news()]
        heard.clear()
        moments.append(moment)
    await analyzer.cleanup()
    return moments


def _stopped(params: VADParams) -> Frame:
    return VADUserStoppedSpeakingFrame(stop_secs=params.stop_secs)
