"""A caller sends what a microphone hears, takes what the server says, and judges each turn.

Tests that take `net` hold over both transports.
"""

import pytest
from turnwise.agents.client import webrtc_line
from turnwise.agents.client.errors import Overdue
from turnwise.agents.client.speech import is_audible
from turnwise.agents.webrtc import alive

from ..patience import eventually
from .nets import dial, say
from .peer import UTTERANCE, Line, SocketLine, answering, serving, tone

pytestmark = pytest.mark.anyio


async def test_the_call_opens_with_client_ready(net):
    async with net.serving(answering()) as peer, net.dial(peer) as caller:
        await caller.wait_for_state("listening")
        await eventually(lambda: peer.lines[0].messages)
    message = peer.lines[0].messages[0]
    assert (message["label"], message["type"], message["data"]["version"]) == (
        "rtvi-ai",
        "client-ready",
        "2.1.0",
    )


async def test_an_answered_utterance_comes_back_as_a_turn(net):
    async with net.serving(answering(Line.answer)) as peer, net.dial(peer) as caller:
        turn = await say(caller)
    assert turn.answered
    assert (turn.heard, turn.reply) == ("hello", "Good day.")
    assert turn.states == ["thinking", "speaking", "listening"]
    assert is_audible(turn.audio)
    assert caller.metrics[0].data["ms"]["total"] == 780


async def test_voice_to_voice_is_the_time_between_the_two_voices():
    async with serving(answering(Line.answer)) as peer, dial(peer) as caller:
        turn = await say(caller, UTTERANCE + bytes(6400))
    line = peer.lines[0]
    last_loud_at = [at for at, pcm in line.mic if pcm.strip(b"\0")][-1]
    assert turn.voice_to_voice_ms == pytest.approx((line.sent_at[0] - last_loud_at) * 1000, abs=25)


@pytest.mark.parametrize("utterance", [UTTERANCE, UTTERANCE[:-2], UTTERANCE[:-300]])
async def test_every_sample_arrives_unchanged(utterance):
    async with serving(answering(Line.answer)) as peer, dial(peer) as caller:
        await say(caller, utterance)
    heard = b"".join(pcm for _, pcm in peer.lines[0].mic)
    assert utterance in heard
    assert not heard.replace(utterance, b"").strip(b"\0")


async def test_an_open_microphone_sends_twenty_milliseconds_every_twenty_milliseconds(net):
    async with net.serving(answering()) as peer, net.dial(peer) as caller:
        await caller.speak(tone(0.5, 16_000))
    mic = peer.lines[0].mic
    assert {len(pcm) for _, pcm in mic[1:]} == {640}
    assert (mic[-1][0] - mic[0][0]) / (len(mic) - 1) == pytest.approx(0.02, abs=0.002)


async def heard_nothing(line: Line) -> None:
    await line.states("thinking", "listening")


async def speaks_without_a_sound(line: Line) -> None:
    await line.states("thinking", "speaking")
    await line.voice(bytes(1920))
    await line.states("listening")


async def thinks_for_ever(line: Line) -> None:
    await line.states("thinking")


async def notices_nothing(line: Line) -> None:
    pass


async def hangs_up(line: Line) -> None:
    await line.ours("call-ended", reason="idle")
    await line.close(4001)


async def vanishes(line: Line) -> None:
    await line.states("thinking")
    line.vanish()


@pytest.mark.parametrize(
    ("reaction", "why"),
    [
        (Line.fail, "the agent apologised: stt: the recogniser refused the key (upstream_401)"),
        (heard_nothing, "the agent heard no words"),
        (speaks_without_a_sound, "the answer was silent"),
        (thinks_for_ever, "no whole answer came, only thinking (waited 1 s)"),
        (notices_nothing, "the agent noticed no speech (waited 1 s)"),
        (hangs_up, "the server ended the call: nobody spoke for too long (idle, 4001)"),
        (vanishes, "the connection was lost (1006)"),
    ],
)
async def test_what_is_no_answer_is_told_apart(net, reaction, why, monkeypatch):
    monkeypatch.setattr(alive, "_LOOK_SECS", 0.05)
    monkeypatch.setattr(webrtc_line, "_LOST_SECS", 0.5)
    async with net.serving(answering(reaction)) as peer, net.dial(peer) as caller:
        turn = await say(caller, wait_secs=1.0)
    assert not turn.answered
    assert turn.why == why


async def test_after_an_apology_the_next_utterance_is_answered(net):
    async with net.serving(answering(Line.fail, Line.answer)) as peer, net.dial(peer) as caller:
        first = await say(caller)
        second = await say(caller)
    assert (first.answered, second.answered) == (False, True)
    assert [each.data["code"] for each in caller.errors] == ["upstream_401"]


async def test_a_greeting_is_let_out_before_the_first_utterance(net):
    async def greet(line: Line) -> None:
        await line.states("listening", "speaking")
        await line.receive()
        await answering(Line.answer)(line)

    async with net.serving(greet) as peer, net.dial(peer) as caller:
        turn = await say(caller)
    assert turn.answered
    assert turn.states == ["thinking", "speaking", "listening"]


async def test_what_does_not_come_is_named_with_what_was_seen():
    async with serving(answering()) as peer, dial(peer) as caller:
        await caller.wait_for_state("listening")
        with pytest.raises(
            Overdue, match=r"0\.05 s for the state speaking; saw listening at 0\.\d+ s; errors: n"
        ):
            await caller.wait_for_state("speaking", timeout_secs=0.05)


async def test_a_muted_microphone_sends_nothing(net):
    async with net.serving(answering()) as peer, net.dial(peer) as caller:
        await caller.wait_for_state("listening")
        caller.mute()
        await caller.speak(UTTERANCE)
        sent = len(peer.lines[0].mic)
        await caller.speak(UTTERANCE)
        assert len(peer.lines[0].mic) == sent


async def test_what_cannot_be_read_is_kept_and_the_call_goes_on():
    async def mumble(line: SocketLine) -> None:
        await line.socket.send("text")
        await line.socket.send(b"\xff\xff")
        await line.send_voice(bytes(32), rate_hz=16_000)
        await answering(Line.answer)(line)

    async with serving(mumble) as peer, dial(peer) as caller:
        assert (await say(caller)).answered
    assert [each.data["message"] for each in caller.log.of("unreadable")] == [
        "text where a frame should be",
        "no protobuf frame",
        "a voice of 16000 Hz in 1 channels",
    ]
