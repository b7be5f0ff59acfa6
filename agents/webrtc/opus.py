"""Packets of Opus, taken apart no further than to be put together."""

from collections.abc import Sequence

_FRAMES_OF_ANY_LENGTH = 0x03
_EACH_LENGTH_GIVEN = 0x80
_TWO_BYTES_FROM = 252


def are_alike(one: bytes, other: bytes) -> bool:
    """Whether the two can be joined: each holds one frame, of the same mode, bandwidth and duration."""
    return bool(one and other) and one[0] == other[0] and not one[0] & _FRAMES_OF_ANY_LENGTH


def joined(packets: Sequence[bytes]) -> bytes:
    """One packet with the frames of all (RFC 6716, 3.2.5), which are alike and 120 ms at most."""
    if len(packets) == 1:
        return packets[0]
    frames = [packet[1:] for packet in packets]
    head = bytes([packets[0][0] | _FRAMES_OF_ANY_LENGTH, _EACH_LENGTH_GIVEN | len(frames)])
    return head + b"".join(_length(len(frame)) for frame in frames[:-1]) + b"".join(frames)


def _length(size: int) -> bytes:
    if size < _TWO_BYTES_FROM:
        return bytes([size])
    first = _TWO_BYTES_FROM + (size & 3)
    return bytes([first, (size - first) >> 2])
