"""The ends of a pipeline over WebRTC: no more comes in than a microphone makes, and speech stops at once."""

import asyncio

import pytest
from aiortc import RTCPeerConnection
from aiortc.mediastreams import AudioStreamTrack
from pipecat.frames.frames import InputAudioRawFrame, InterruptionFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.transports.base_transport import TransportParams
from pipecat.transports.smallwebrtc.transport import SmallWebRTCInputTransport, SmallWebRTCOutputTransport
from turnwise.agents.line import Candidate
from turnwise.agents.refusal import Refusal
from turnwise.transports.intake import TOO_MUCH, Intake
from turnwise.transports.webrtc_peer import Peer
from turnwise.transports.webrtc_sdp import ice_candidates, reachable
from turnwise.transports.webrtc_transport import WebRTCTransport

pytestmark = pytest.mark.anyio
HIDDEN = "candidate:1 1 udp 2113937151 3f0c6a9e.local 50000 typ host"
PLAIN = "candidate:1 1 udp 2113937151 192.0.2.7 50000 typ host"


@pytest.fixture
def told():
    return []


@pytest.fixture
async def peer():
    peer = Peer([])
    yield peer
    await peer.close()


@pytest.fixture
def transport(peer, told):
    intake = Intake(told.append, lambda: told.append("gave up"))
    return WebRTCTransport(peer, TransportParams(), intake, lambda: None)


async def test_audio_at_ten_times_real_time_is_dropped_after_a_moment(transport, told, monkeypatch):
    taken = []

    async def take(self, frame):
        taken.append(frame)

    monkeypatch.setattr(SmallWebRTCInputTransport, "push_audio_frame", take)
    for _ in range(30):
        await transport.input().push_audio_frame(InputAudioRawFrame(bytes(32_000), 16_000, 1))
    assert 5 <= len(taken) <= 9
    assert told == [TOO_MUCH]


async def test_an_interruption_drops_what_has_not_been_sent(transport, peer, monkeypatch):
    async def nothing(self, frame, direction):
        pass

    monkeypatch.setattr(SmallWebRTCOutputTransport, "process_frame", nothing)
    await peer.voice.put(b"\1\1" * 480)
    await transport.output().process_frame(InterruptionFrame(), FrameDirection.DOWNSTREAM)
    assert not any((await peer.voice.recv()).to_ndarray().tobytes())


@pytest.mark.parametrize("steps", range(0, 12, 2))
async def test_a_peer_that_ends_while_it_connects_anew_leaves_no_connection(peer, steps):
    browser = RTCPeerConnection()
    browser.addTrack(AudioStreamTrack())
    await browser.setLocalDescription(await browser.createOffer())
    await peer.answer(browser.localDescription.sdp)
    anew = asyncio.create_task(peer.answer_again(browser.localDescription.sdp, restart=True))
    for _ in range(steps):
        await asyncio.sleep(0)
    await peer.close()
    await asyncio.gather(anew, return_exceptions=True)
    assert peer.pc.connectionState == "closed"
    await browser.close()


def test_only_addresses_that_can_be_tried_are_left_of_an_offer():
    sdp = f"v=0\r\na={HIDDEN}\r\na={PLAIN}\r\na=end-of-candidates\r\na=mid:0\r\n"
    assert reachable(sdp) == f"v=0\r\na={PLAIN}\r\na=mid:0\r\n"


@pytest.mark.parametrize("prefix", ["", "a="])
def test_an_address_is_read_as_browsers_write_it(prefix):
    sent = [Candidate(prefix + text, "0", 0) for text in (PLAIN, HIDDEN)] + [Candidate("", "0", 0)]
    (found,) = ice_candidates(sent)
    assert (found.ip, found.port, found.sdpMid, found.sdpMLineIndex) == ("192.0.2.7", 50_000, "0", 0)


def test_an_address_for_no_section_is_refused():
    with pytest.raises(Refusal, match="sdp_mid"):
        ice_candidates([Candidate(PLAIN, None, None)])
