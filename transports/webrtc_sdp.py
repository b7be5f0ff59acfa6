"""Offers and candidates as aiortc can take them, from peers that may send anything."""

from collections.abc import Iterable

from aiortc import RTCIceCandidate
from aiortc.sdp import candidate_from_sdp

from ..agents.line import Candidate
from ..agents.refusal import Refusal


def reachable(sdp: str) -> str:
    """The offer without candidates that only the client's own network could resolve, and without its word
    that there are no more.

    A browser hides its addresses behind names in `.local`; aiortc would ask the server's network for each,
    by multicast and for a second, before it answers. The browser reaches us all the same, and that tells its
    address. Without the end of candidates, it is our own limit that says when there is no way.
    """
    return "".join(line for line in sdp.splitlines(keepends=True) if not _is_useless(line))


def ice_candidates(candidates: Iterable[Candidate]) -> list[RTCIceCandidate]:
    """Those that can be tried.

    Raises:
        Refusal: 400 `bad_request`, one of them is none.
    """
    return [_parsed(candidate) for candidate in candidates if not _is_for_others(candidate.candidate)]


def _parsed(given: Candidate) -> RTCIceCandidate:
    try:
        candidate = candidate_from_sdp(given.candidate.removeprefix("a="))
        candidate.sdpMid, candidate.sdpMLineIndex = given.sdp_mid, given.sdp_mline_index
    except (ValueError, AssertionError, IndexError):
        raise Refusal("bad_request", "One of the candidates is none.") from None
    if given.sdp_mid is None and given.sdp_mline_index is None:
        raise Refusal("bad_request", "Give each candidate's sdp_mid or sdp_mline_index.")
    return candidate


def _is_useless(line: str) -> bool:
    is_candidate = line.startswith("a=candidate:")
    return line.startswith("a=end-of-candidates") or (is_candidate and _is_for_others(line))


def _is_for_others(candidate: str) -> bool:
    """Whether it is the end of candidates, or an address that only the client's network knows."""
    parts = candidate.split()
    return not parts or (len(parts) > 4 and parts[4].lower().endswith(".local"))
