"""`/api/webrtc/offer`: one call over WebRTC, offered and answered over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from ..admission import Admission, bearer
from ..line import Answer, Candidate, IceServer, PeerLine
from ..refusal import Refusal
from ..settings.model import Settings
from .offer import check_offer
from .parameters import LONGEST_ID, one
from .turnwise import Turnwise, turnwise_of

router = APIRouter()
PATH = "/api/webrtc/offer"
MOST_AT_ONCE = 50
"""Candidates in one PATCH; a browser sends a dozen in all."""

Id = Annotated[str, Field(max_length=LONGEST_ID)]


class _Body(BaseModel):
    """What Pipecat's client sends; keys that are not known here are passed over."""

    model_config = ConfigDict(strict=True)


class OfferData(_Body):
    """What belongs to the call and not to WebRTC."""

    meetingId: Id = ""


class Offer(_Body):
    """`POST`: a first offer, or with `pc_id` a later one; `restart_pc` connects anew."""

    sdp: str
    type: str
    pc_id: Id | None = None
    restart_pc: bool | None = None
    requestData: OfferData | None = Field(None, validation_alias=AliasChoices("requestData", "request_data"))


class OneCandidate(_Body):
    """An address, as the browser writes it; empty where there are no more."""

    candidate: Annotated[str, Field(max_length=1_000)]
    sdp_mid: Annotated[str, Field(max_length=64)] | None = None
    sdp_mline_index: Annotated[int, Field(ge=0, le=100)] | None = None


class MoreCandidates(_Body):
    """`PATCH`: what the browser found after its offer."""

    pc_id: Id
    candidates: Annotated[list[OneCandidate], Field(max_length=MOST_AT_ONCE)]


@router.get(PATH)
async def prepare(request: Request, response: Response) -> dict[str, Any]:
    """The checks of a call without the call, and what to make the offer with."""
    turnwise = turnwise_of(request)
    admission = await _admit(turnwise, request, one(request.query_params, "meetingId"))
    turnwise.calls.check_place(admission.claims.user)
    response.headers["Cache-Control"] = "no-store"
    return {"iceServers": [_rtc_ice_server(server) for server in _ice_servers(turnwise.settings)]}


@router.post(PATH)
async def offer(request: Request, response: Response, offered: Offer) -> dict[str, str]:
    """A call; or, of a peer that is here already, what has changed about it."""
    turnwise, token = turnwise_of(request), bearer(request.headers)
    check_offer(offered.sdp, offered.type)
    response.headers["Cache-Control"] = "no-store"
    if offered.pc_id and turnwise.peers.knows(offered.pc_id):
        line = _line(turnwise, request, offered.pc_id)
        return _told(await line.answer_again(offered.sdp, restart=bool(offered.restart_pc)))
    meeting_id = offered.requestData.meetingId if offered.requestData else ""
    if not meeting_id:
        raise Refusal("bad_request", "Give the meeting as requestData.meetingId.")
    admission = await _admit(turnwise, request, meeting_id)
    servers = _ice_servers(turnwise.settings)
    return _told(await turnwise.peers.answer(admission, token, offered.sdp, servers))


@router.patch(PATH)
async def candidates(request: Request, found: MoreCandidates) -> dict[str, str]:
    """More addresses of a peer."""
    line = _line(turnwise_of(request), request, found.pc_id)
    await line.try_candidates(
        [Candidate(c.candidate, c.sdp_mid, c.sdp_mline_index) for c in found.candidates]
    )
    return {"status": "success"}


def _line(turnwise: Turnwise, request: Request, pc_id: str) -> PeerLine:
    """The peer of whoever holds its token; who asks for one that is not here must have a token of ours."""
    token = bearer(request.headers)
    turnwise.door.check_origin(request.headers)
    if not token or not turnwise.peers.knows(pc_id):
        turnwise.door.check_token_signed(token)
    return turnwise.peers.line_of(pc_id, token)


async def _admit(turnwise: Turnwise, request: Request, meeting_id: str) -> Admission:
    return await turnwise.door.admit(request.headers, meeting_id, bearer(request.headers))


def _told(answer: Answer) -> dict[str, str]:
    return {"sdp": answer.sdp, "type": answer.type, "pc_id": answer.pc_id}


def _ice_servers(settings: Settings) -> list[IceServer]:
    return [
        IceServer(tuple(s.urls), s.username, s.credential.get_secret_value() if s.credential else None)
        for s in settings.webrtc.ice_servers
    ]


def _rtc_ice_server(server: IceServer) -> dict[str, Any]:
    """As a browser's `RTCPeerConnection` takes it."""
    login = {"username": server.username, "credential": server.credential}
    return {"urls": list(server.urls), **{key: value for key, value in login.items() if value is not None}}
