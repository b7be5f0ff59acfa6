"""What a microphone sends is heard at once, also after something was lost."""

import pytest
from aiortc.rtp import RtpPacket
from turnwise.transports.speech_buffer import SpeechBuffer


def heard(numbers):
    """The packets that are passed on, each as it comes."""
    buffer = SpeechBuffer()
    return [_add(buffer, number) for number in numbers]


def _add(buffer, number):
    packet = RtpPacket(sequence_number=number, timestamp=number * 960)
    packet._data = b"%d" % number  # pyright: ignore[reportAttributeAccessIssue]
    _, frame = buffer.add(packet)
    return frame and int(frame.data)


def test_each_packet_is_passed_on_as_it_comes():
    assert heard([7, 8, 9]) == [7, 8, 9]


def test_after_a_lost_packet_nothing_waits():
    assert heard([7, 9, 10, 11]) == [7, 9, 10, 11]


@pytest.mark.parametrize(("sent", "passed"), [([7, 9, 8, 10], [7, 9, None, 10]), ([7, 7, 8], [7, None, 8])])
def test_what_is_late_or_doubled_is_dropped(sent, passed):
    assert heard(sent) == passed


def test_numbers_that_begin_again_are_no_loss():
    assert heard([65_534, 65_535, 0, 1]) == [65_534, 65_535, 0, 1]


def test_a_source_that_begins_anew_is_heard():
    assert heard([30_000, 5, 6]) == [30_000, 5, 6]
