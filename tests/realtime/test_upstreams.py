"""One conversation with the sandbox's model, over a WebSocket and over WebRTC: nobody can tell which."""

import asyncio
import base64
import json

import pytest
from pydantic import SecretStr
from turnwise.agents.faults import StageFault
from turnwise.agents.realtime.peer import open_realtime_call
from turnwise.agents.realtime.socket import open_realtime
from turnwise.agents.settings.model import OpenAIAccess
from turnwise.agents.upstream import OpenAIUpstream

from ..ears import heard
from ..words import SENTENCES, word_errors

pytestmark = pytest.mark.anyio
MODEL = "gpt-realtime-2.1"
AUDIO = {"input": {"transcription": {"model": "gpt-realtime-whisper"}}}
SESSION = {"type": "realtime", "model": MODEL, "instructions": "You are kind.", "audio": AUDIO}
SENTENCE = "I would like to order two large coffees and a sandwich."


class Talk:
    """A client's end, with everything that came, in order."""

    def __init__(self, connection, spoken):
        self._connection = connection
        self._spoken = spoken
        self.events = []

    async def say(self, kind, **fields):
        await self._connection.send({"type": kind, **fields})

    async def until(self, kind, secs=20):
        async with asyncio.timeout(secs):
            while not self.events or self.events[-1]["type"] != kind:
                self.events.append(json.loads(await self._connection.receive()))
        return self.events[-1]

    async def answered(self):
        """The status of the response that ends next."""
        return (await self.until("response.done"))["response"]["status"]

    async def speak(self, name):
        """As a microphone would, with the silence behind it."""
        pcm = self._spoken(name) + bytes(48_000)
        start = asyncio.get_running_loop().time()
        for at in range(0, len(pcm), 960):
            await self._connection.append(pcm[at : at + 960])
            await asyncio.sleep(max(0, start + at / 48_000 - asyncio.get_running_loop().time()))

    @property
    def kinds(self):
        """What came, a stretch of the same kind as one."""
        kinds = [event["type"] for event in self.events]
        return [kind for at, kind in enumerate(kinds) if kinds[at - 1 : at] != [kind]]

    def text(self, kind):
        return "".join(event["delta"] for event in self.events if event["type"] == kind)

    @property
    def voice(self):
        deltas = [event for event in self.events if event["type"] == "response.output_audio.delta"]
        return b"".join(base64.b64decode(event["delta"]) for event in deltas)


@pytest.fixture
async def upstream(base_url, anyio_backend):
    upstream = OpenAIUpstream(OpenAIAccess(SecretStr("key"), base_url))
    yield upstream
    await upstream.aclose()


@pytest.fixture(params=["websocket", "webrtc"])
async def talk(request, upstream, spoken):
    if request.param == "webrtc":
        connection = await open_realtime_call(upstream, SESSION)
    else:
        connection = await open_realtime(upstream, model=MODEL)
        await connection.send({"type": "session.update", "session": SESSION})
    talk = Talk(connection, spoken)
    await talk.until("session.created")
    yield talk
    await connection.close()


async def test_what_the_model_says_is_understood(talk, base_url):
    await talk.say("response.create", response={"instructions": f"Say exactly: {SENTENCE}"})
    assert await talk.answered() == "completed"
    assert talk.text("response.output_audio_transcript.delta") == SENTENCE
    text = await heard(base_url, talk.voice)
    assert word_errors(SENTENCE, text) <= 0.2 * len(SENTENCE.split()), text
    sounds = [event["type"] for event in talk.events if event["type"].startswith("response.output_audio.")]
    assert sounds.index("response.output_audio.done") == len(sounds) - 1


async def test_what_is_said_is_heard_and_answered(talk):
    await asyncio.gather(talk.speak("weather"), talk.until("response.done"))
    done = next(event for event in talk.events if event["type"].endswith("transcription.completed"))
    assert word_errors(SENTENCES["weather"], done["transcript"]) <= 1
    assert "Paris" in talk.text("response.output_audio_transcript.delta")
    assert len(talk.voice) > 48_000


async def test_an_answer_in_text_comes_without_a_voice(talk):
    await talk.say("session.update", session={"type": "realtime", "output_modalities": ["text"]})
    await talk.say("response.create", response={"instructions": f"Say exactly: {SENTENCE}"})
    assert await talk.answered() == "completed"
    assert (talk.text("response.output_text.delta"), talk.voice) == (SENTENCE, b"")


@pytest.mark.parametrize("talk", ["webrtc"], indirect=True)
async def test_whoever_interrupts_is_heard_and_the_voice_stops(talk):
    await talk.say("response.create", response={"instructions": "Say exactly: " + SENTENCE * 4})
    await talk.until("response.output_audio.delta")
    await asyncio.gather(talk.speak("name"), talk.until("response.created"))
    assert await talk.answered() == "completed"
    kinds = talk.kinds
    assert kinds.index("response.done") < kinds.index("input_audio_buffer.speech_stopped")
    assert "conversation.item.truncated" in kinds


@pytest.mark.parametrize("talk", ["webrtc"], indirect=True)
async def test_a_client_that_wants_silence_gets_it(talk):
    await talk.say("response.create", response={"instructions": "Say exactly: " + SENTENCE * 4})
    await talk.until("response.output_audio.delta")
    item_id = talk.events[-1]["item_id"]
    await talk.say("response.cancel")
    await talk.say("conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=100)
    await talk.until("response.done", secs=2)
    if "conversation.item.truncated" not in talk.kinds:
        await talk.until("conversation.item.truncated", secs=2)
    errors = {event["error"]["code"] for event in talk.events if event["type"] == "error"}
    assert errors <= {"response_cancel_not_active"}  # it may have been made while we asked
    talk.events.clear()
    await talk.say("response.create", response={"instructions": "Say exactly: Good-bye."})
    assert await talk.answered() == "completed"
    assert talk.text("response.output_audio_transcript.delta") == "Good-bye."
    assert talk.voice


async def test_a_failed_answer_is_told_and_the_next_one_comes(talk, control):
    control("PUT", "behaviour", {"stage": "realtime", "fault": "429", "times": 1})
    await talk.say("response.create")
    assert await talk.answered() == "failed"
    talk.events.clear()
    await talk.say("response.create", response={"instructions": "Say exactly: Here I am."})
    assert await talk.answered() == "completed"


async def test_a_connection_that_breaks_in_mid_answer_is_cut_off(talk, control):
    control("PUT", "behaviour", {"stage": "realtime", "fault": "cut", "times": 1})
    await talk.say("response.create", response={"instructions": f"Say exactly: {SENTENCE}"})
    with pytest.raises(StageFault) as fault:
        await talk.answered()
    assert fault.value.code == "cut_off"
