"""Packets of sound in their order, handed on as soon as they can be."""

from aiortc import RTCRtpReceiver
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtp import RtpPacket

_WAIT_PACKETS = 3
"""How many later packets (20 ms each) are kept back for one that is missing."""

_LONGEST_JUMP = 100
_STOCK = "_RTCRtpReceiver__jitter_buffer"


class PacketOrder:
    """Stands in for the receiver's jitter buffer, with its interface.

    The stock one keeps the last four packets until more come: 80 ms later than need be, the end of an
    answer stuck if the sender then rests, and 300 ms for the rest of the call once a packet was lost.
    Here a packet that is next goes through at once; whoever plays the sound keeps it smooth.
    """

    def __init__(self) -> None:
        self._next: int | None = None
        self._held: dict[int, RtpPacket] = {}

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        """Takes a packet; what is to be decoded now, if anything. The flag is for pictures."""
        number = packet.sequence_number
        if self._next is None or _distance(self._next, number) > _LONGEST_JUMP:
            self._held.clear()
            self._next = number
        elif _signed(self._next, number) < 0:
            return False, None
        self._held[number] = packet
        return False, self._taken(self._next)

    def _taken(self, wanted: int) -> JitterFrame | None:
        if wanted not in self._held and len(self._held) >= _WAIT_PACKETS:
            wanted = min(self._held, key=lambda number: _signed(wanted, number))
        packet = self._held.pop(wanted, None)
        if packet is None:
            return None
        self._next = (wanted + 1) & 0xFFFF
        return JitterFrame(data=packet._data, timestamp=packet.timestamp)  # type: ignore[attr-defined]


def hand_on_at_once(receiver: RTCRtpReceiver) -> None:
    """Puts a `PacketOrder` in the place of the receiver's jitter buffer, before sound comes."""
    if hasattr(receiver, _STOCK):
        setattr(receiver, _STOCK, PacketOrder())


def _signed(start: int, number: int) -> int:
    """How far a sequence number lies behind another; negative if it is before it."""
    return ((number - start + 0x8000) & 0xFFFF) - 0x8000


def _distance(start: int, number: int) -> int:
    return abs(_signed(start, number))
