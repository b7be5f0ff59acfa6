"""Pipecat's own services, put in by settings alone, started, and at work against a local stand-in."""

import pytest
from pipecat.frames.frames import (
    InputAudioRawFrame,
    LLMContextFrame,
    LLMTextFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext

from .running import first

pytestmark = pytest.mark.anyio
KEY = "api_key_env = 'VENDORS_KEY'"
SECRET = "the vendor's key"


def of_openais_kind(path):
    return f"use = 'pipecat.services.{path}'\n{KEY}\nbase_url = 'http://ADDRESS/v1'\n"


MODELS = [
    "use = 'pipecat.services.openai.llm:OpenAILLMService'\n",
    of_openais_kind("groq.llm:GroqLLMService"),
    of_openais_kind("cerebras.llm:CerebrasLLMService"),
    of_openais_kind("openrouter.llm:OpenRouterLLMService"),
    of_openais_kind("together.llm:TogetherLLMService"),
]
RECOGNISERS = [
    "use = 'pipecat.services.openai.stt:OpenAISTTService'\n",
    of_openais_kind("groq.stt:GroqSTTService"),
    f"use = 'pipecat.services.elevenlabs.stt:ElevenLabsSTTService'\n{KEY}\nbase_url = 'http://ADDRESS'\n",
    f"use = 'pipecat.services.cartesia.stt:CartesiaSTTService'\n{KEY}\nbase_url = 'ws://ADDRESS'\n",
]
VOICES = [
    "use = 'pipecat.services.openai.tts:OpenAITTSService'\n",
    f"use = 'pipecat.services.deepgram.tts:DeepgramTTSService'\n{KEY}\nbase_url = 'ws://ADDRESS'\n",
    f"use = 'pipecat.services.deepgram.tts:DeepgramHttpTTSService'\n{KEY}\nbase_url = 'http://ADDRESS'\n",
    f"use = 'pipecat.services.elevenlabs.tts:ElevenLabsHttpTTSService'\n{KEY}\nbase_url = 'http://ADDRESS'\n"
    "[agents.default.part.settings]\nvoice = 'ann'\n",
]


def class_of(stage):
    return stage.partition("'\n")[0].rpartition(":")[2]


def named(stages):
    return pytest.mark.parametrize("stage", stages, ids=class_of)


@named(MODELS)
async def test_a_language_model_answers_with_the_calls_prompt_and_its_own_settings(build, vendors, stage):
    settings = "[agents.default.part.settings]\nmodel = 'some-model'\ntemperature = 0.5\n"
    part = build(stage + settings, VENDORS_KEY=SECRET)
    context = LLMContext([{"role": "user", "content": "How are you?"}])
    assert (await first(LLMTextFrame, part, [LLMContextFrame(context)])).text == "Fine, "
    _, headers, asked = vendors.asked[-1]
    assert (asked["model"], asked["temperature"]) == ("some-model", 0.5)
    assert asked["messages"][0] == {"role": "system", "content": "You are a test."}
    assert headers["authorization"] == f"Bearer {SECRET if KEY in stage else 'openais-key'}"


@named(RECOGNISERS)
async def test_a_recogniser_hears_in_the_agents_language(build, vendors, stage):
    part = build(stage, VENDORS_KEY=SECRET)
    audio = [InputAudioRawFrame(b"\2\0" * 320, 16_000, 1) for _ in range(50)]
    frames = [VADUserStartedSpeakingFrame(), *audio, VADUserStoppedSpeakingFrame(stop_secs=0.2)]
    assert (await first(TranscriptionFrame, part, frames)).text == "Hello."
    _, headers, asked = vendors.asked[-1]
    assert {asked.get("language"), asked.get("language_code")} & {"en", "eng"}
    assert SECRET in str(headers) or KEY not in stage


@named(VOICES)
async def test_a_voice_speaks(build, vendors, stage):
    part = build(stage, VENDORS_KEY=SECRET)
    spoken = await first(TTSAudioRawFrame, part, [TTSSpeakFrame("Good morning.")])
    assert (spoken.sample_rate, spoken.audio[:2]) == (24_000, b"\1\0")
    assert SECRET in str(vendors.asked) or KEY not in stage


def test_together_these_are_more_than_ten_classes():
    assert len({class_of(stage) for stage in MODELS + RECOGNISERS + VOICES}) >= 10
