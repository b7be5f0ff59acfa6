"""Places a call over WebRTC, or says in one sentence why it cannot be had."""

from typing import Any

from aiortc import RTCIceServer

from .api import Api
from .errors import Unreachable
from .webrtc_line import WebRtcLine

MEDIA_SECS = 10.0
"""How long the two ends may take to find a way to each other."""


async def open_webrtc(url: str, meeting_id: str, token: str) -> WebRtcLine:
    """A line on which the call has been accepted, and over which messages get through.

    Raises:
        Refused: the server said no, with its own code and message.
        Unreachable: nobody, or no server of ours, answers there, or no media gets through.
        BadInput: the URL is none.
    """
    async with Api(url, token) as api:
        line = _new_line(await api.ice_servers(meeting_id), url)
        try:
            answer = await api.answer_to(await _offer(line, url), meeting_id)
            await _connect(line, answer, url)
        except BaseException:
            await line.hang_up()
            raise
    return line


def _new_line(ice_servers: list[dict[str, Any]], url: str) -> WebRtcLine:
    try:
        given = [(each["urls"], each.get("username"), each.get("credential")) for each in ice_servers]
        return WebRtcLine([RTCIceServer(*each) for each in given])
    except (KeyError, TypeError, AttributeError) as error:
        raise _no_ice_server(url) from error


async def _offer(line: WebRtcLine, url: str) -> str:
    try:
        return await line.offer()
    except (TypeError, AttributeError, ValueError) as error:  # only now are the addresses read
        raise _no_ice_server(url) from error


def _no_ice_server(url: str) -> Unreachable:
    return Unreachable(f"{url} names an ICE server that is none; see `webrtc.ice_servers` there")


async def _connect(line: WebRtcLine, answer: dict[str, Any], url: str) -> None:
    try:
        await line.connect(str(answer["sdp"]), MEDIA_SECS)
    except ConnectionError as error:
        raise Unreachable(
            f"{url} answers, but no audio gets through to it; let UDP through, name a TURN server "
            "in the server's `webrtc.ice_servers`, or leave out --transport webrtc"
        ) from error
    except (KeyError, ValueError) as error:
        raise Unreachable(
            f"what answers at {url} speaks no WebRTC as a turnwise server does; check --url"
        ) from error
