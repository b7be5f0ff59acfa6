"""The order of what a microphone sends, without waiting for it."""

from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.rtp import RtpPacket

_MASK = (1 << 16) - 1

MOST_LATE = 100
"""A packet that is further behind than this begins a new count, as aiortc has it."""


class SpeechBuffer(JitterBuffer):
    """Passes each packet of Opus on as it comes; one that comes after a later one is dropped.

    aiortc's own keeps four packets back, 80 ms of every turn, and after the first lost packet sixteen, for
    the rest of the call: it waits for the lost one until it is full, and stays full. What listens here needs
    no even pace, and is not hurt by 20 ms that are missing.
    """

    def __init__(self) -> None:
        super().__init__(capacity=1)
        self._latest: int | None = None

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        """The packet as a frame, or nothing where it is late or was here already."""
        if self._is_late(packet.sequence_number):
            return False, None
        self._latest = packet.sequence_number
        return False, JitterFrame(packet._data, packet.timestamp)  # pyright: ignore[reportAttributeAccessIssue]

    def _is_late(self, number: int) -> bool:
        if self._latest is None:
            return False
        return (self._latest - number) & _MASK < MOST_LATE
