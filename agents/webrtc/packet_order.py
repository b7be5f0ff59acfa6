"""Packets of sound in their order, handed on as soon as they can be."""

from aiortc import RTCRtpReceiver
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtp import RtpPacket

from .opus import are_alike, joined

_WAIT_PACKETS = 3
"""So many later packets (20 ms each) have come when one that is missing is given up."""

_LONGEST_JUMP = 100
"""A packet further off than this begins a new count, as aiortc has it."""

_MOST_JOINED = 3840
"""From the first to the last of what goes as one, in samples at 48 kHz: Opus allows 120 ms in all."""

_STOCK = "_RTCRtpReceiver__jitter_buffer"
"""aiortc has no setting for it; Pipecat replaces that of a shared screen in the same way."""


class PacketOrder:
    """Stands in for the receiver's jitter buffer of Opus, with its interface.

    The stock one keeps the last four packets until more come: 80 ms later than need be, the end of an
    answer stuck if the sender then rests, and 300 ms for the rest of the call once a packet was lost.
    Here a packet that is next goes through at once. Where one is missing the later ones wait until
    there are three, 40 ms as a rule; then they go all together, as one packet, so that nothing after them
    comes late: a receiver takes one for each that comes. Whoever plays the sound keeps it smooth.
    """

    def __init__(self) -> None:
        self._next: int | None = None
        self._held: dict[int, RtpPacket] = {}

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        """Takes a packet; what is to be decoded now, if anything. The flag is for pictures."""
        number = packet.sequence_number
        if self._next is None or abs(_ahead(self._next, number)) > _LONGEST_JUMP:
            self._held.clear()
            self._next = number
        wanted = self._next
        if _ahead(wanted, number) < 0:
            return False, None
        self._held[number] = packet
        if wanted not in self._held and len(self._held) >= _WAIT_PACKETS:
            wanted = min(self._held, key=lambda each: _ahead(wanted, each))
        return False, self._taken_from(wanted)

    def _taken_from(self, wanted: int) -> JitterFrame | None:
        taken: list[RtpPacket] = []
        while (packet := self._held.get(wanted)) and (not taken or _go_together(taken[0], packet)):
            taken.append(self._held.pop(wanted))
            self._next = wanted = (wanted + 1) & 0xFFFF
        return JitterFrame(joined([_opus(each) for each in taken]), taken[0].timestamp) if taken else None


def hand_on_at_once(receiver: RTCRtpReceiver) -> None:
    """Puts a `PacketOrder` in the place of the receiver's jitter buffer, before sound comes."""
    if hasattr(receiver, _STOCK):
        setattr(receiver, _STOCK, PacketOrder())


def _go_together(first: RtpPacket, later: RtpPacket) -> bool:
    is_short = (later.timestamp - first.timestamp) & 0xFFFFFFFF <= _MOST_JOINED
    return is_short and are_alike(_opus(first), _opus(later))


def _opus(packet: RtpPacket) -> bytes:
    return packet._data  # type: ignore[attr-defined]


def _ahead(start: int, number: int) -> int:
    """How far a sequence number lies behind another in time; negative if it was sent before it."""
    return ((number - start + 0x8000) & 0xFFFF) - 0x8000
