"""The HTTP routes answer with what is asked for, or with the server's own words."""

import pytest
from turnwise.agents.client.address import call_url, checked, is_local
from turnwise.agents.client.api import Api
from turnwise.agents.client.errors import BadInput, Refused, Unreachable

from .peer import serving

pytestmark = pytest.mark.anyio

ANSWERS = {
    ("POST", "/api/meetings"): (201, {"id": "m1", "name": "", "prompt": None, "status": "upcoming"}),
    ("POST", "/api/token"): (200, {"token": "t1", "expiresIn": 60}),
    ("GET", "/api/meetings/m1/transcript"): (200, {"meetingId": "m1", "status": "active", "chunks": []}),
}


async def test_a_meeting_and_a_token_are_made_with_the_api_key():
    async with serving(answers=ANSWERS) as peer, Api(peer.url, "k") as api:
        assert await api.create_meeting() == "m1"
        assert await api.create_token("m1", agent="realtime") == "t1"
    assert peer.asked == [
        ("/api/meetings", {}, "Bearer k"),
        ("/api/token", {"meetingId": "m1", "agent": "realtime"}, "Bearer k"),
    ]


async def test_a_transcript_is_read():
    async with serving(answers=ANSWERS) as peer, Api(peer.url) as api:
        assert (await api.transcript("m1"))["status"] == "active"


async def test_an_id_cannot_lead_to_another_route():
    answers = {
        ("GET", "/api/meetings/..%2F..%2Fmetrics%3F/transcript"): (200, {"chunks": ["asked as it is"]})
    }
    async with serving(answers=answers) as peer, Api(peer.url) as api:
        assert await api.transcript("../../metrics?") == {"chunks": ["asked as it is"]}


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (
            401,
            {"detail": {"code": "api_key_invalid", "message": "The api key is wrong."}},
            "refused by the server: it wants its api key; set TURNWISE_AUTH__API_KEY to it "
            "(api_key_invalid, 401)",
        ),
        (
            500,
            "a proxy's page",
            "refused by the server: "
            "it gave no reason; is this the address of a turnwise server? (not_ours, 500)",
        ),
    ],
)
async def test_a_refusal_is_one_sentence_with_its_code(status, body, sentence):
    async with serving(answers={("POST", "/api/meetings"): (status, body)}) as peer, Api(peer.url) as api:
        with pytest.raises(Refused) as refused:
            await api.create_meeting()
    assert str(refused.value) == sentence


async def test_another_program_at_the_url_is_named():
    async with serving(answers={("POST", "/api/meetings"): (200, "a page")}) as peer, Api(peer.url) as api:
        with pytest.raises(Unreachable, match="is no turnwise server"):
            await api.create_meeting()


async def test_nobody_at_the_url_is_one_sentence():
    async with serving() as peer:
        url = peer.url
    async with Api(url) as api:
        with pytest.raises(Unreachable, match=r"^no server answers at http:"):
            await api.create_meeting()


@pytest.mark.parametrize(
    "url", ["localhost:8080", "ftp://host", "http://", "http://host:port", "http://[::1"]
)
def test_what_is_no_url_is_said(url):
    with pytest.raises(BadInput, match="is no address of a server; write it like http://127"):
        checked(url)


def test_the_call_is_placed_beside_the_other_routes():
    assert call_url("https://voice.example/base/", "m 1", "t&") == (
        "wss://voice.example/base/api/ws/agent?meetingId=m+1&token=t%26"
    )


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080", True),
        ("http://localhost", True),
        ("https://voice.example", False),
    ],
)
def test_a_server_on_this_machine_is_known(url, here):
    assert is_local(url) is here
