"""A spoken call from end to end: the real server, the real wire, real speech."""

import asyncio

import numpy as np
import pytest

from ..words import SENTENCES, error_rate, word_errors, words

pytestmark = pytest.mark.side_by_side
TURN = ["thinking", "speaking", "listening"]


async def test_three_utterances_get_three_spoken_answers_and_six_chunks(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id) as caller:
        turns = [await caller.say(house.wav(name)) for name in ("hello", "weather", "order")]
    assert [turn.why for turn in turns] == [None, None, None]
    assert [state for state, _ in caller.states] == ["listening", *TURN * 3]
    assert [chunk.data["sequenceNumber"] for chunk in caller.chunks] == [1, 2, 3, 4, 5, 6]
    stored = await house.becomes(meeting_id, "processing")
    assert [chunk["speakerType"] for chunk in stored["chunks"]] == ["user", "agent"] * 3
    assert stored["chunks"] == [_fields(chunk.data) for chunk in caller.chunks]
    timestamps = [chunk["timestamp"] for chunk in stored["chunks"]]
    assert timestamps == sorted(timestamps)


def _fields(data):
    return {key: value for key, value in data.items() if key != "type"}


@pytest.mark.parametrize(
    "name", ["hello", "weather", "order", "name", "repeat", "time", "long", "goodbye", "pause_450"]
)
async def test_an_utterance_is_one_turn_heard_whole_from_its_first_word(house, name):
    async with house.call() as caller:
        turn = await caller.say(house.wav(name))
    assert turn.why is None
    said = SENTENCES[name]
    assert words(turn.heard)[:1] == words(said)[:1]
    assert word_errors(said, turn.heard) <= max(1, len(words(said)) // 10)
    assert [chunk.data["speakerType"] for chunk in caller.chunks] == ["user", "agent"]


@pytest.mark.parametrize("name", ["noise_room", "noise_loud"])
async def test_noise_starts_no_turn(house, name):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id) as caller:
        await caller.wait_for_state("listening")
        await caller.speak(house.wav(name) + bytes(32_000))
    assert [state for state, _ in caller.states] == ["listening"]
    assert await house.requests(meeting_id, "stt") == []


async def test_a_speaker_30_db_down_is_answered(house):
    quiet = (np.frombuffer(house.wav("weather"), np.int16) * 10 ** (-30 / 20)).astype(np.int16).tobytes()
    async with house.call() as caller:
        assert (await caller.say(quiet)).why is None


async def test_nothing_said_while_the_agent_thinks_or_speaks_reaches_the_recogniser(house):
    meeting_id = await house.new_meeting()
    await house.behave(meeting_id, "llm", delay_ms=2_500)
    async with house.call(meeting_id) as caller:
        await caller.wait_for_state("listening")
        await caller.speak(house.wav("weather"))
        await caller.wait_for_state("thinking")
        await caller.speak(house.wav("name"))
        await caller.wait_for_state("speaking")
        await caller.speak(house.wav("name"))
        await caller.wait_for_state("listening")
        await house.behave(meeting_id, "llm", delay_ms=0)
        assert (await caller.say(house.wav("time"))).why is None
    heard = " ".join(request["heard"] for request in await house.requests(meeting_id, "stt"))
    assert not {"name", "alice", "boston"} & set(words(heard))
    assert error_rate(f"{SENTENCES['weather']} {SENTENCES['time']}", heard) <= 0.1


async def test_the_meetings_prompt_comes_before_the_agents(house):
    meeting_id = await house.new_meeting("You are the receptionist of Hotel Aurora.")
    async with house.call(meeting_id) as caller:
        turn = await caller.say(house.wav("hello"))
    assert "aurora" in turn.reply.lower()


async def test_a_greeting_is_spoken_first_and_stored(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id, "greeter") as caller:
        await caller.wait_for_state("speaking")
        await caller.wait_for_state("listening")
        assert (await caller.say(house.wav("hello"))).why is None
    assert [state for state, _ in caller.states] == ["listening", "speaking", "listening", *TURN]
    chunks = (await house.transcript(meeting_id))["chunks"]
    assert (chunks[0]["speakerType"], chunks[0]["text"]) == ("agent", "Welcome to the museum.")


async def test_a_greeting_that_sets_in_while_the_user_speaks_is_not_followed_by_half_an_answer(house):
    meeting_id = await house.new_meeting()
    await house.behave(meeting_id, "tts", delay_ms=900)
    async with house.call(meeting_id, "greeter") as caller:
        await caller.wait_for_state("listening")
        await caller.speak(house.wav("weather"))
        await caller.wait_for_state("listening")
        await house.behave(meeting_id, "tts", delay_ms=0)
        assert (await caller.say(house.wav("hello"))).why is None
    assert len(await house.requests(meeting_id, "llm")) == 1


async def test_the_time_of_a_turn_is_told_and_adds_up(house):
    async with house.call() as caller:
        assert (await caller.say(house.wav("weather"))).why is None
    (metrics,) = [message.data for message in caller.metrics]
    ms = metrics["ms"]
    assert ms["endpointing"] + ms["stt"] + ms["llm"] + ms["tts"] == ms["total"]
    assert 600 <= ms["endpointing"] <= 700
    assert metrics["raw"].keys() == {"stt", "llm", "tts"}


async def test_an_agent_without_transcript_persistence_stores_nothing(house):
    meeting_id = await house.new_meeting()
    async with house.call(meeting_id, "forgetful") as caller:
        assert (await caller.say(house.wav("hello"))).why is None
    assert caller.chunks == []
    assert (await house.transcript(meeting_id))["chunks"] == []


HOTELS = ["Aurora", "Bristol", "Central", "Diana", "Europa", "Flora", "Grand", "Hilltop", "Iris", "Julia"]


@pytest.mark.side_by_side(places=len(HOTELS))
async def test_ten_calls_at_once_each_have_their_own_conversation(house):
    all_in = asyncio.Barrier(len(HOTELS))
    await asyncio.gather(*(_conversation(house, hotel, all_in) for hotel in HOTELS))


async def _conversation(house, hotel, all_in):
    meeting_id = await house.new_meeting(f"You are the receptionist of Hotel {hotel}.")
    said = ("hello", "name") if hotel < "E" else ("hello", "order")
    async with house.call(meeting_id) as caller:
        await all_in.wait()
        assert await house.active_calls() >= len(HOTELS)
        turns = [await caller.say(house.wav(name)) for name in said]
    assert [turn.why for turn in turns] == [None, None]
    assert hotel.lower() in turns[0].reply.lower()
    chunks = (await house.transcript(meeting_id))["chunks"]
    assert [chunk["sequenceNumber"] for chunk in chunks] == [1, 2, 3, 4]
    assert error_rate(SENTENCES[said[1]], chunks[2]["text"]) <= 0.1


async def test_no_library_keeps_anything_in_the_users_home_to_report_it_later(house):
    async with house.call(agent="smart") as caller:
        assert (await caller.say(house.wav("weather"))).why is None
    assert [path for path in house.folder.glob(".*") if path.is_dir()] == []
