"""Packets of sound are handed on in order, at once, and for none that is lost is waited long."""

import pytest
from aiortc import RTCPeerConnection
from aiortc.rtp import RtpPacket
from turnwise.agents.realtime.packet_order import PacketOrder, hand_on_at_once

pytestmark = pytest.mark.anyio


def handed_on(*numbers: int) -> list[int | None]:
    """For every packet that comes, by its number, the number of the one that goes."""
    order, went = PacketOrder(), []
    for number in numbers:
        packet = RtpPacket(sequence_number=number & 0xFFFF, timestamp=number)
        packet._data = b""  # type: ignore[attr-defined]
        frame = order.add(packet)[1]
        went.append(frame.timestamp if frame else None)
    return went


@pytest.mark.parametrize(
    ("came", "went"),
    [
        pytest.param([1, 2, 3], [1, 2, 3], id="in order"),
        pytest.param([1, 3, 2, 4], [1, None, 2, 3], id="one overtakes another"),
        pytest.param([1, 3, 4, 5, 6], [1, None, None, 3, 4], id="one is lost"),
        pytest.param([1, 2, 2, 1, 3], [1, 2, None, None, 3], id="twice, or too late"),
        pytest.param([65_535, 65_536, 65_537], [65_535, 65_536, 65_537], id="the count starts again"),
        pytest.param([1, 5000, 5001], [1, 5000, 5001], id="another stream"),
    ],
)
def test_packets_go_in_order(came, went):
    assert handed_on(*came) == went


async def test_it_takes_the_place_of_the_stock_buffer():
    connection = RTCPeerConnection()
    receiver = connection.addTransceiver("audio").receiver
    hand_on_at_once(receiver)
    assert [value for value in vars(receiver).values() if isinstance(value, PacketOrder)]
    await connection.close()
