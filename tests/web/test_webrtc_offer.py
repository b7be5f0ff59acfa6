"""Who is let in over WebRTC: refused with the answer to the offer, and nothing of the peer is left."""

import asyncio
import re
import subprocess
import sys

import httpx2
import pytest
from turnwise.agents.wire import EndReason

from ..browser_peer import BrowserPeer
from ..servers import serving
from .conftest import Caller

pytestmark = pytest.mark.anyio
PATH = "/api/webrtc/offer"
MDNS = "3f0c6a9e-1c2b-4d5e-8f90-a1b2c3d4e5f6.local"


def peer_of(caller, token=None):
    return BrowserPeer(caller.served.url, caller.token() if token is None else token, caller.meeting_id)


def code_of(answer):
    return answer.status_code, answer.json()["detail"]["code"]


@pytest.fixture
async def peer(caller):
    peer = peer_of(caller)
    yield peer
    await peer.close()
    assert await caller.served.turnwise.calls.wait_until_empty(5)


def without(kind):
    """An SDP without its sections of a kind."""
    return lambda sdp: re.sub(rf"m={kind} .*?(?=m=|\Z)", "", sdp, flags=re.DOTALL)


def camera_only(sdp):
    return sdp.replace("m=audio", "m=video")


BAD_SDP = {
    "empty": lambda sdp: "",
    "blank": lambda sdp: " \r\n",
    "words": lambda sdp: "let me in",
    "without media": lambda sdp: sdp.split("m=")[0],
    "without audio": without("audio"),
    "a camera alone": camera_only,
    "audio that is refused": lambda sdp: re.sub(r"m=audio \d+", "m=audio 0", sdp),
    "audio that only listens": lambda sdp: sdp.replace("a=sendrecv", "a=recvonly"),
    "without a data channel": without("application"),
    "without a fingerprint": lambda sdp: re.sub(r"a=fingerprint:.*\r\n", "", sdp),
    "without a password": lambda sdp: re.sub(r"a=ice-pwd:.*\r\n", "", sdp),
    "without a codec of ours": lambda sdp: re.sub(r"a=rtpmap:\d+ (opus|PCM.|G722)/", "a=rtpmap:99 x/", sdp),
    "a thousand candidates": lambda sdp: sdp + "a=candidate:1 1 udp 1 1.2.3.4 5 typ host\r\n" * 1000,
    "a hundred microphones": lambda sdp: sdp + sdp[sdp.index("m=audio") :] * 20,
    "half of it": lambda sdp: sdp[: len(sdp) // 3],
    "a candidate that is none": lambda sdp: sdp + "a=candidate:garbage\r\n",
    "numbers that are none": lambda sdp: sdp.replace("m=audio ", "m=audio x"),
    "zeros": lambda sdp: "v=0\r\n" + "\0" * 1000,
}


@pytest.mark.parametrize("kind", BAD_SDP)
async def test_an_offer_that_cannot_be_answered_is_400_and_leaves_the_token(caller, peer, kind):
    good = await peer.offer()
    answer = await peer.post({**good, "sdp": BAD_SDP[kind](good["sdp"])})
    assert code_of(answer) == (400, "bad_request")
    assert await caller.served.turnwise.calls.wait_until_empty(5)
    await peer.connect()


async def test_an_answer_instead_of_an_offer_is_400(peer):
    assert code_of(await peer.post(await peer.offer(type="answer"))) == (400, "bad_request")


async def test_sdp_of_a_megabyte_is_413(peer):
    assert code_of(await peer.post(await peer.offer(sdp="v=0\r\n" * 200_000))) == (413, "body_too_large")


@pytest.mark.parametrize(
    "body",
    [
        {"sdp": 7},
        {"sdp": None},
        {"sdp": ["v=0"]},
        {"type": 1},
        {"pc_id": 5},
        {"restart_pc": "yes"},
        {"requestData": "m"},
        {"requestData": {"meetingId": 7}},
    ],
)
async def test_wrong_types_are_422(peer, body):
    assert code_of(await peer.post(await peer.offer(**body))) == (422, "invalid_request")


@pytest.mark.parametrize("body", [None, [], "offer", 7, {}])
async def test_a_body_that_is_no_offer_is_422(peer, body):
    assert code_of(await peer.post(body)) == (422, "invalid_request")


@pytest.mark.parametrize("data", [None, {}, {"meetingId": ""}])
async def test_no_meeting_is_400(peer, data):
    assert code_of(await peer.post(await peer.offer(requestData=data))) == (400, "bad_request")


async def test_keys_that_pipecats_client_adds_are_passed_over(peer):
    body = await peer.offer(more=True)
    body["request_data"] = body.pop("requestData") | {"more": 1}
    await peer.take_answer((await peer.post(body)).json())
    await peer.is_open.wait()


@pytest.mark.parametrize(
    ("make", "status", "code"),
    [
        (lambda caller: "", 401, "token_missing"),
        (lambda caller: "random", 401, "token_invalid"),
        (lambda caller: caller.token(iat=1_000, exp=1_060), 401, "token_expired"),
        (lambda caller: caller.token(meeting_id="x"), 403, "meeting_mismatch"),
        (lambda caller: caller.token(agent="nobody"), 404, "agent_unknown"),
    ],
)
async def test_a_token_that_opens_nothing_is_refused_with_and_without_an_offer(caller, make, status, code):
    peer = peer_of(caller, make(caller))
    assert code_of(await peer.post(await peer.offer())) == (status, code)
    assert code_of(await knock(caller, make(caller))) == (status, code)
    await peer.close()


async def test_a_token_opens_one_peer_once(caller, peer):
    await peer.connect()
    assert code_of(await peer.post(await peer.offer(pc_id=None))) == (401, "token_used")


async def test_of_ten_offers_with_one_token_exactly_one_is_answered(caller):
    token = caller.token()
    peers = [peer_of(caller, token) for _ in range(10)]
    offers = [await peer.offer() for peer in peers]
    answers = await asyncio.gather(*(peer.post(offer) for peer, offer in zip(peers, offers, strict=True)))
    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 9]
    await caller.served.turnwise.calls.end_all(EndReason.DRAINED)
    caller.served.turnwise.calls.is_draining = False
    await asyncio.gather(*(peer.close() for peer in peers))


async def test_a_page_from_elsewhere_is_refused(caller):
    headers = {"Origin": "https://foreign.example", "Authorization": f"Bearer {caller.token()}"}
    async with httpx2.AsyncClient(headers=headers) as client:
        url = caller.served.url + PATH
        answers = [
            await client.get(f"{url}?meetingId={caller.meeting_id}"),
            await client.patch(url, json={"pc_id": "x", "candidates": []}),
        ]
    assert [code_of(answer) for answer in answers] == [(403, "origin_refused")] * 2


async def test_before_an_offer_a_client_learns_the_ice_servers_and_keeps_its_token(tmp_path):
    text = """[webrtc]\nice_servers = ["stun:stun.example.org:3478",
    {urls = "turn:turn.example.org:3478?transport=tcp", username = "ann", credential = "known to clients"}]"""
    async with serving(tmp_path, text) as served:
        caller = await Caller.of_new_meeting(served)
        answer = await knock(caller, token := caller.token())
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json() == {
            "iceServers": [
                {"urls": ["stun:stun.example.org:3478"]},
                {
                    "urls": ["turn:turn.example.org:3478?transport=tcp"],
                    "username": "ann",
                    "credential": "known to clients",
                },
            ]
        }
        assert (await knock(caller, token)).status_code == 200


async def test_one_peer_more_than_there_are_places_is_503_and_a_websocket_counts_as_well(tmp_path):
    async with serving(tmp_path, "[server]\nmax_calls = 1") as served:
        caller = await Caller.of_new_meeting(served)
        waiting = peer_of(await Caller.of_new_meeting(served))
        async with caller.call():
            answer = await waiting.post(await waiting.offer())
            assert code_of(answer) == (503, "too_many_calls")
            assert int(answer.headers["retry-after"]) > 0
        await served.turnwise.calls.wait_until_empty(5)
        await waiting.connect()
        assert (await caller.refused(_query(await Caller.of_new_meeting(served))))[0] == 503
        await waiting.close()


async def test_candidates_of_a_peer_that_is_not_here_are_404(caller, peer):
    assert code_of(await peer.patch({"pc_id": "none", "candidates": []})) == (404, "not_found")


@pytest.mark.parametrize(("token", "code"), [("", "token_missing"), ("random", "token_invalid")])
async def test_candidates_without_a_token_are_401_whosever_they_are(caller, token, code):
    stranger = peer_of(caller, token)
    assert code_of(await stranger.patch({"pc_id": "none", "candidates": []})) == (401, code)
    await stranger.close()


async def test_what_belongs_to_another_token_is_401(caller, peer):
    await peer.connect()
    stranger = peer_of(caller)
    assert code_of(await stranger.patch({"pc_id": peer.pc_id, "candidates": []})) == (401, "token_invalid")
    again = await stranger.post(await stranger.offer(pc_id=peer.pc_id, restart_pc=True))
    assert code_of(again) == (401, "token_invalid")
    await stranger.close()


async def test_a_browsers_own_candidates_are_taken_late_and_twice(peer):
    await peer.connect()
    lines = (await peer.offer())["sdp"].splitlines()
    found = [line.removeprefix("a=") for line in lines if line.startswith("a=candidate:")]
    hidden = [f"candidate:7 1 udp 2113937151 {MDNS} 50000 typ host generation 0 ufrag abcd", ""]
    sent = [{"candidate": c, "sdp_mid": "0", "sdp_mline_index": 0} for c in found * 2 + hidden]
    answer = await peer.patch({"pc_id": peer.pc_id, "candidates": sent})
    assert (answer.status_code, answer.json()) == (200, {"status": "success"})


@pytest.mark.parametrize(
    ("candidates", "status"),
    [
        ([{"candidate": "garbage", "sdp_mid": "0"}], 400),
        ([{"candidate": "candidate:1 1 udp x 1.2.3.4 5 typ host", "sdp_mid": "0"}], 400),
        ([{"candidate": "candidate:1 1 udp 1 1.2.3.4 5 typ host"}], 400),
        ([{"candidate": 7}], 422),
        ([{"candidate": "x" * 10_000}], 422),
        ("candidate", 422),
        ([{"candidate": "", "sdp_mid": "0"}] * 500, 422),
    ],
)
async def test_candidates_that_are_none_are_refused_and_the_call_goes_on(peer, candidates, status):
    await peer.connect()
    answer = await peer.patch({"pc_id": peer.pc_id, "candidates": candidates})
    assert answer.status_code == status
    peer.say("client-ready", version="2.1.0", about={})
    await peer.told("agent-state")


async def test_hundreds_of_candidates_are_refused_however_they_come(peer):
    await peer.connect()
    some = [{"candidate": "candidate:1 1 udp 1 127.0.0.1 5 typ host", "sdp_mid": "0"}] * 40
    answers = [await peer.patch({"pc_id": peer.pc_id, "candidates": some}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 400, 400]


async def test_names_that_hide_a_browsers_addresses_cost_no_time_and_it_connects(peer):
    def hide(match):
        parts = match[0].split()
        return " ".join([*parts[:4], MDNS, *parts[5:]])

    good = await peer.offer()
    hidden = re.sub(r"a=candidate:[^\r\n]*", hide, good["sdp"])
    assert MDNS in hidden
    await peer.connect(sdp=hidden)


async def test_an_application_that_is_imported_has_not_loaded_webrtc_yet():
    code = "import sys, turnwise.agents.web.serving, turnwise.agents.cli; sys.exit('aiortc' in sys.modules)"
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False).returncode == 0


async def knock(caller, token):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx2.AsyncClient() as client:
        url = f"{caller.served.url}{PATH}?meetingId={caller.meeting_id}"
        return await client.get(url, headers=headers)


def _query(caller):
    return caller.query(("meetingId", caller.meeting_id), ("token", caller.token()))
