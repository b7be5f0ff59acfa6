"""A stage that listens along, and the speech that it is given."""

from pipecat.frames.frames import (
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from turnwise.agents.faults import describe
from turnwise.processors.openai_streaming_stt import OpenAIStreamingSTT

from .microphone import LOUD, audio


def stt(upstream, **options):
    call = upstream.call()
    return OpenAIStreamingSTT(call, call.upstream, **{"model": "m", **options})


def starts():
    return VADUserStartedSpeakingFrame(start_secs=0.2)


def stops():
    return VADUserStoppedSpeakingFrame(stop_secs=0.2)


def segment(value=LOUD, secs=0.4):
    return [starts(), *[audio(value) for _ in range(round(secs / 0.02))], stops()]


def code_of(error):
    return describe("stt", error.exception).code
