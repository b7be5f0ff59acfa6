"""Packets of sound are handed on in order, at once, and after one that is lost nothing stays late."""

import numpy as np
import pytest
from aiortc import RTCPeerConnection
from aiortc.codecs.opus import OpusDecoder, OpusEncoder
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtp import RtpPacket
from turnwise.agents.webrtc.opus import are_alike, joined
from turnwise.agents.webrtc.packet_order import PacketOrder, hand_on_at_once
from turnwise.agents.webrtc.sound import Framing

pytestmark = pytest.mark.anyio
OPUS = b"\x78"
"""The head of a packet with one frame; in what follows it, each of these tests has the packet's number."""


def handed_on(*numbers: int, head: bytes = OPUS, each: int = 960) -> list[int | list[int] | None]:
    """For every packet that comes, by its number, the number of what goes, or the numbers."""
    order, went = PacketOrder(), []
    for number in numbers:
        packet = RtpPacket(sequence_number=number & 0xFFFF, timestamp=number * each)
        packet._data = head + number.to_bytes(3, "big")  # type: ignore[attr-defined]
        frame = order.add(packet)[1]
        went.append(numbers_in(frame.data) if frame else None)
    return went


def numbers_in(data: bytes) -> int | list[int]:
    if not data[0] & 3:
        return int.from_bytes(data[1:], "big")
    count = data[1] & 0x3F
    frames = data[1 + count :]
    assert (data[2 : 1 + count], len(frames)) == (b"\3" * (count - 1), count * 3)
    return [int.from_bytes(frames[at : at + 3], "big") for at in range(0, len(frames), 3)]


@pytest.mark.parametrize(
    ("came", "went"),
    [
        pytest.param([1, 2, 3], [1, 2, 3], id="in order"),
        pytest.param([1, 3, 2, 4], [1, None, [2, 3], 4], id="one overtakes another"),
        pytest.param([1, 3, 4, 5, 6], [1, None, None, [3, 4, 5], 6], id="one is lost"),
        pytest.param([1, 3, 5, 6, 7], [1, None, None, 3, [5, 6, 7]], id="two are lost"),
        pytest.param([1, 2, 2, 1, 3], [1, 2, None, None, 3], id="twice, or too late"),
        pytest.param([65_535, 65_536, 65_537], [65_535, 65_536, 65_537], id="the count starts again"),
        pytest.param([65_534, 65_536, 65_535], [65_534, None, [65_535, 65_536]], id="lost where it starts"),
        pytest.param([1, 5000, 5001], [1, 5000, 5001], id="another stream"),
        pytest.param([30_000, 5, 6], [30_000, 5, 6], id="an earlier stream"),
    ],
)
def test_packets_go_in_order(came, went):
    assert handed_on(*came) == went


def test_what_opus_has_no_one_packet_for_goes_one_by_one():
    at_60_ms = handed_on(1, 3, 4, 5, each=2880)
    assert at_60_ms == [1, None, None, [3, 4]]
    assert not are_alike(b"\x78\1", b"\x68\1"), "another mode"
    assert not are_alike(b"\x79\1", b"\x79\1"), "two frames each"
    assert not are_alike(b"", b"")


@pytest.mark.parametrize(("loudness", "bits_per_sec"), [(0, 96_000), (300, 96_000), (20_000, 256_000)])
def test_packets_that_go_together_sound_as_they_would_alone(loudness, bits_per_sec):
    encoder, framing, noise = OpusEncoder(), Framing(48_000), np.random.default_rng(1)
    encoder.codec.bit_rate = bits_per_sec
    pieces = [(noise.standard_normal(960) * loudness).clip(-32_000, 32_000).astype("<i2") for _ in range(9)]
    packets = [encoder.encode(framing.frame(piece.tobytes()))[0][0] for piece in pieces]
    apart = decoded(packets)
    together = decoded([packets[0], joined(packets[1:3]), joined(packets[3:6]), joined(packets[6:])])
    assert apart.shape == (1, 9 * 960 * 2)
    assert np.array_equal(apart, together)


def decoded(packets: list[bytes]) -> np.ndarray:
    decoder = OpusDecoder()
    frames = [frame for packet in packets for frame in decoder.decode(JitterFrame(packet, 0))]
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1)  # type: ignore[attr-defined]


async def test_it_takes_the_place_of_the_stock_buffer():
    connection = RTCPeerConnection()
    receiver = connection.addTransceiver("audio").receiver
    before = set(vars(receiver))
    hand_on_at_once(receiver)
    assert [value for value in vars(receiver).values() if isinstance(value, PacketOrder)]
    assert set(vars(receiver)) == before
    await connection.close()
