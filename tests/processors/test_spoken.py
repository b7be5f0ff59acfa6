"""The conversation holds what was spoken of an answer, whichever voice spoke it."""

import asyncio

import pytest
from pipecat.frames.frames import (
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService
from pipecat.tests.utils import SleepFrame, run_test
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from turnwise.processors.memory import memory
from turnwise.processors.speech_timing import SpeechTiming

from .calls import a_call

pytestmark = pytest.mark.anyio
FIRST, SECOND = "One two three four.", "Five six seven eight."
CHUNK_SECS, SENTENCE_SECS, FAR_SECS = 0.1, 2.0, 600.0
SETTLE = SleepFrame(0.2)


class Voice(TTSService):
    """Two seconds of audio for each sentence, made at once."""

    def __init__(self, **how):
        settings = TTSSettings(model=None, voice=None, language=None)
        super().__init__(push_start_frame=True, push_stop_frames=True, settings=settings, **how)

    async def run_tts(self, text, context_id):
        yield self.audio(SENTENCE_SECS, context_id)

    def audio(self, secs, context_id):
        return TTSAudioRawFrame(bytes(int(secs * self.sample_rate) * 2), self.sample_rate, 1, context_id)


class SlowVoice(Voice):
    """Makes the first half second of a sentence, and then no more."""

    async def run_tts(self, text, context_id):
        yield self.audio(0.5, context_id)
        await asyncio.sleep(FAR_SECS)


class VoiceWithWords(Voice):
    """Says itself when each word is spoken: two of them at once, the others far from now."""

    def __init__(self):
        super().__init__(push_text_frames=False)

    async def run_tts(self, text, context_id):
        yield self.audio(SENTENCE_SECS, context_id)
        times = [0.0, 0.0, FAR_SECS, FAR_SECS]
        await self.add_word_timestamps(list(zip(text.split(), times, strict=True)), context_id)


class Line(BaseOutputTransport):
    """Plays so many seconds and stands still until the agent is interrupted."""

    def __init__(self, secs):
        super().__init__(TransportParams(audio_out_enabled=True, audio_out_10ms_chunks=10))
        self._left = round(secs / CHUNK_SECS)
        self._interrupted = asyncio.Event()

    async def start(self, frame):
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame):
        if self._left == 0:
            await self._interrupted.wait()
        self._left -= 1
        return True

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame):
            self._left = 10_000
            self._interrupted.set()


async def kept(voice, secs, *said):
    """What is in the conversation after the agent was interrupted so far into what it says."""
    call, told = a_call(), []
    call.conversation.on_turn(lambda speaker, words: told.append((speaker, words.text)))
    line = Pipeline([voice, SpeechTiming(call), Line(secs), memory(call)])
    await run_test(line, frames_to_send=[*said, SETTLE, InterruptionFrame(), SETTLE])
    assert call.conversation.context.messages == [
        {"role": "assistant", "content": text} for _, text in told
    ], "the model remembers something else than the transcript"
    return [text for _, text in told]


def answer():
    return [LLMFullResponseStartFrame(), LLMTextFrame(f"{FIRST} {SECOND} "), LLMFullResponseEndFrame()]


@pytest.mark.parametrize(
    ("secs", "spoken"),
    [
        pytest.param(0.0, [], id="before the first sound"),
        pytest.param(1.0, ["One two"], id="in the first sentence"),
        pytest.param(2.0, [FIRST], id="between the sentences"),
        pytest.param(3.0, [f"{FIRST} Five six"], id="in the second sentence"),
        pytest.param(9.0, [f"{FIRST} {SECOND}"], id="after the last word"),
    ],
)
async def test_an_answer_is_kept_as_far_as_it_was_spoken(secs, spoken):
    assert await kept(Voice(), secs, *answer()) == spoken


async def test_a_sentence_whose_voice_is_still_at_work_is_kept_too():
    assert await kept(SlowVoice(), 0.5, *answer()) == ["One two"]


async def test_a_voice_that_tells_its_words_is_believed():
    assert await kept(VoiceWithWords(), 1.5, *answer()) == ["One two"]


async def test_a_greeting_is_kept_as_far_as_it_was_spoken():
    assert await kept(Voice(), 1.0, TTSSpeakFrame(FIRST)) == ["One two"]


async def test_what_is_said_beside_the_conversation_stays_beside_it():
    assert await kept(Voice(), 1.0, TTSSpeakFrame(FIRST, append_to_context=False)) == []
