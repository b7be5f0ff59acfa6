"""A caller over WebRTC: what it asks of a server, what it hears and when, and how it comes and goes."""

import asyncio
import threading

import numpy as np
import pytest
from aioice import stun
from fastapi import Request
from turnwise.agents.client import webrtc_line, webrtc_open
from turnwise.agents.client.caller import Caller
from turnwise.agents.client.errors import Refused, Unreachable

from ..patience import eventually
from .peer import UTTERANCE, Line, answering, tone
from .webrtc_peer import OFFER, Gone, RtcLine, RtcPeer, serving_webrtc

pytestmark = pytest.mark.anyio


def dial(peer):
    return Caller.connect(peer.url, "m1", "t", transport="webrtc")


async def test_a_call_is_placed_with_its_token_its_meeting_and_all_candidates():
    async with serving_webrtc(answering()) as peer, dial(peer):
        (learnt, _, bearer), (path, body, same_bearer) = peer.asked
    assert (learnt, path, bearer, same_bearer) == (
        f"{OFFER}?meetingId=m1",
        f"{OFFER}?",
        *("Bearer t", "Bearer t"),
    )
    assert (body["type"], body["requestData"]) == ("offer", {"meetingId": "m1"})
    kinds = [line[2:].split()[0] for line in body["sdp"].splitlines() if line.startswith("m=")]
    assert kinds == ["audio", "application"], "no video, with which a server would want to negotiate again"
    assert "a=candidate:" in body["sdp"]
    assert "a=end-of-candidates" in body["sdp"]


async def test_the_server_s_ice_servers_are_asked_for_a_way():
    asked: list[bytes] = []

    class Stun(asyncio.DatagramProtocol):
        def connection_made(self, transport):
            self.transport = transport

        def datagram_received(self, data, addr):
            asked.append(data)
            question = stun.parse_message(data)
            answer = stun.Message(
                question.message_method, stun.Class.RESPONSE, transaction_id=question.transaction_id
            )
            answer.attributes["XOR-MAPPED-ADDRESS"] = addr
            self.transport.sendto(bytes(answer), addr)

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Stun, local_addr=("0.0.0.0", 0))
    server = {"urls": [f"stun:127.0.0.1:{transport.get_extra_info('sockname')[1]}"]}
    async with serving_webrtc(answering(), ice_servers=[server]) as peer, dial(peer):
        pass
    transport.close()
    assert asked


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_refusal_keeps_the_server_s_words_at_either_door(method):
    detail = {"detail": {"code": "meeting_over", "message": "This meeting is over."}}
    async with serving_webrtc(answers={(method, OFFER): (409, detail)}) as peer:
        with pytest.raises(Refused, match=r"This meeting is over \(meeting_over, 409\)"):
            async with dial(peer):
                pass
    await nothing_is_left()


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({("GET", OFFER): (200, {"iceServers": ["stun"]})}, "names an ICE server that is none"),
        (
            {("GET", OFFER): (200, {"iceServers": [{"urls": "http://x"}]})},
            "names an ICE server that is none",
        ),
        ({("POST", OFFER): (200, {"sdp": "v=0"})}, "speaks no WebRTC as a turnwise server does"),
        *(
            ({("POST", OFFER): (200, {"sdp": sdp, "type": type})}, "speaks no WebRTC as a turnwise server")
            for sdp, type in (
                ("", "ok"),
                ("garbage", "answer"),
                ("v=0\r\nm=audio x y z\r\na=candidate:1\r\n", "answer"),
            )
        ),
    ],
)
async def test_what_answers_strangely_is_one_sentence(answers, sentence):
    async with serving_webrtc(answers=answers) as peer:
        with pytest.raises(Unreachable, match=sentence):
            async with dial(peer):
                pass
    await nothing_is_left()


async def test_a_server_that_audio_cannot_reach_is_one_sentence(monkeypatch):
    monkeypatch.setattr(webrtc_open, "MEDIA_SECS", 0.3)

    class Elsewhere(RtcPeer):
        async def take(self, request: Request):
            answer = await super().take(request)
            without = [line for line in answer["sdp"].splitlines() if not line.startswith("a=candidate")]
            return {**answer, "sdp": "\r\n".join(without) + "\r\n"}

    async with serving_webrtc(answering(), kind=Elsewhere) as peer:
        with pytest.raises(Unreachable, match="answers, but no audio gets through to it; let UDP through"):
            async with dial(peer):
                pass


async def test_the_voice_is_there_when_it_is_spoken_and_not_before():
    async def speak_late(line: Line) -> None:
        await line.hear()
        await line.voice(tone(0.4, 24_000))
        await line.stay()

    async with serving_webrtc(speak_late) as peer, dial(peer) as caller:
        since_secs = caller.now()
        await caller.speak(UTTERANCE)
        assert not caller.voice, "a track runs all the time, but silence is no voice"
        await eventually(lambda: len(caller.voice) > 25)
    heard = np.frombuffer(b"".join(voice.pcm for voice in caller.voice), "<i2")
    loud = np.flatnonzero(np.abs(heard.astype(int)) > 1000)
    assert loud[0] < 480
    assert (loud[-1] - loud[0]) / 24_000 == pytest.approx(0.4, abs=0.02)
    assert np.abs(np.fft.rfft(heard[: loud[-1]])).argmax() * 24_000 / loud[-1] == pytest.approx(1146, abs=10)
    assert not heard[loud[-1] + 2_400 :].any(), "the noise of the codec is no sound"
    steps = np.diff([voice.at_secs for voice in caller.voice])
    assert caller.voice[0].at_secs > since_secs
    assert np.median(steps) == pytest.approx(0.02, abs=0.01)


async def test_what_is_sent_past_the_microphone_may_be_of_any_length_and_rate():
    async with serving_webrtc(answering()) as peer, dial(peer) as caller:
        caller.mute()
        for at in range(0, 96_000, 1_111 * 2):
            await caller.send_audio(tone(1, 48_000)[at : at + 1_111 * 2], 48_000)
        await eventually(lambda: sum(len(pcm) for _, pcm in peer.lines[0].mic) > 2 * 14_000)


async def test_the_server_is_told_once_a_second_that_the_caller_is_there(monkeypatch):
    monkeypatch.setattr(webrtc_line, "_BEAT_SECS", 0.02)
    async with serving_webrtc(answering()) as peer, dial(peer):
        await eventually(lambda: peer.lines[0].connection._last_received_time)


async def test_a_hang_up_reaches_the_server_at_once_and_a_drop_does_not():
    gone = []

    async def stay(line: RtcLine) -> None:
        try:
            await line.stay()
        except Gone:
            gone.append(line)

    async with serving_webrtc(stay) as peer:
        async with dial(peer) as dropped:
            dropped.drop()
            assert await dropped.wait_for_close() == 1006
        async with dial(peer) as caller:
            await caller.hang_up()
            await eventually(lambda: gone)
        first, second = peer.lines
        assert gone == [second]
        assert first.connection.pc.connectionState == "connected"
    assert (caller.close_code, dropped.close_code) == (1000, 1006)


async def test_signals_between_the_two_ends_are_no_messages_of_the_call():
    async def ask_again(line: RtcLine) -> None:
        line.connection.ask_to_renegotiate()
        await line.states("listening")
        await line.stay()

    async with serving_webrtc(ask_again) as peer, dial(peer) as caller:
        await caller.wait_for_state("listening")
    assert [message.type for message in caller.messages] == ["agent-state"]


async def test_what_cannot_be_read_is_kept_and_the_call_goes_on():
    async def mumble(line: RtcLine) -> None:
        line.connection.send_app_message([1])
        await answering(Line.answer)(line)

    async with serving_webrtc(mumble) as peer, dial(peer) as caller:
        assert (await caller.say(UTTERANCE, 2, lead_in_secs=0.02)).answered
    assert [each.data["message"] for each in caller.log.of("unreadable")] == ["a message that is no RTVI"]


async def test_a_call_leaves_no_task_and_no_thread_behind():
    async with serving_webrtc(answering(Line.answer)) as peer:
        for _ in range(3):
            async with dial(peer) as caller:
                await caller.say(UTTERANCE, 2, lead_in_secs=0.02)
    await nothing_is_left()


async def nothing_is_left():
    def left():
        tasks = [task for task in asyncio.all_tasks() if "aiortc" in repr(task) or "aioice" in repr(task)]
        return [*tasks, *(each for each in threading.enumerate() if "decoder" in each.name)]

    before = {
        task for task in asyncio.all_tasks() if "aiortc" not in repr(task) and "aioice" not in repr(task)
    }
    await eventually(lambda: not [each for each in left() if each not in before])
