"""A WebRTC offer, looked at before anybody is let in."""

from dataclasses import dataclass, field

from ..refusal import Refusal

MOST_SECTIONS = 8
"""Browsers offer a microphone, a camera, a screen and a data channel."""

MOST_CANDIDATES = 100
"""A browser with several networks has a dozen."""

_DIRECTIONS = {"a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive"}


@dataclass
class _Section:
    """What follows one `m=` line."""

    kind: str
    port: str
    direction: str
    lines: list[str] = field(default_factory=list)


def check_offer(sdp: str, type: str) -> None:
    """Whether it is an offer of what a call needs: a microphone, and a data channel for messages.

    Raises:
        Refusal: 400 `bad_request`, and what is missing.
    """
    if type != "offer":
        raise _bad('Send an offer: `type` must be "offer".')
    lines = sdp.splitlines()
    if not lines or lines[0].strip() != "v=0":
        raise _bad("The offer's SDP is empty or is none.")
    sections = _sections([line.strip() for line in lines])
    _check_amount(sections, lines)
    offered = [section for section in sections if section.port != "0"]
    if not any(s.kind == "audio" and s.direction in ("a=sendrecv", "a=sendonly") for s in offered):
        raise _bad("The offer has no audio to send: add the microphone's track before making it.")
    if not any(section.kind == "application" for section in offered):
        raise _bad("The offer has no data channel: make one before the offer; states and text go over it.")
    if not any(line.startswith("a=fingerprint:") for line in lines):
        raise _bad("The offer's SDP has no fingerprint.")


def _check_amount(sections: list[_Section], lines: list[str]) -> None:
    if len(sections) > MOST_SECTIONS:
        raise _bad(f"The offer has more than {MOST_SECTIONS} media sections.")
    if sum(line.startswith("a=candidate:") for line in lines) > MOST_CANDIDATES:
        raise _bad(f"The offer has more than {MOST_CANDIDATES} candidates.")


def _sections(lines: list[str]) -> list[_Section]:
    found: list[_Section] = []
    direction = "a=sendrecv"
    for line in lines:
        if line.startswith("m="):
            kind, port, *_ = [*line[2:].split(), "", ""]
            found.append(_Section(kind, port, direction))
        elif line in _DIRECTIONS and found:
            found[-1].direction = line
        elif line in _DIRECTIONS:
            direction = line
    return found


def _bad(sentence: str) -> Refusal:
    return Refusal("bad_request", sentence)
