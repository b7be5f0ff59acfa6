"""A small WebRTC peer in a browser's place: real SDP, real UDP on this machine."""

import asyncio
import json
from typing import Any

import httpx2
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, MediaStreamTrack

from .patience import PATIENCE_SECS, eventually
from .vanishing import vanish

RTVI = "rtvi-ai"


class BrowserPeer:
    """Offers a microphone and a data channel, and keeps what the server says."""

    def __init__(
        self,
        url: str,
        token: str,
        meeting_id: str,
        *,
        camera: bool = False,
        microphone: MediaStreamTrack | None = None,
    ) -> None:
        self._url = f"{url}/api/webrtc/offer"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._meeting_id = meeting_id
        self._camera, self._microphone = camera, microphone
        self._new_messages = asyncio.Event()
        self.pc_id: str | None = None
        self.messages: list[dict[str, Any]] = []
        self.voice: list[Any] = []
        self._make()

    def _make(self) -> None:
        self.pc = RTCPeerConnection()
        if self._camera:
            self.pc.addTransceiver("video")
        self.pc.addTrack(self._microphone or AudioStreamTrack())
        self.channel = self.pc.createDataChannel("chat")
        self.is_open, self.is_closed = asyncio.Event(), asyncio.Event()
        self.channel.on("open", self.is_open.set)
        self.channel.on("close", self.is_closed.set)
        self.channel.on("message", self._take)
        self.pc.on("track", self._hear)

    async def offer(self, **changed: Any) -> dict[str, Any]:
        """The body of an offer, some of it changed."""
        if self.pc.localDescription is None:
            await self.pc.setLocalDescription(await self.pc.createOffer())
        local = self.pc.localDescription
        return {
            "sdp": local.sdp,
            "type": local.type,
            "pc_id": self.pc_id,
            "restart_pc": None,
            "requestData": {"meetingId": self._meeting_id},
            **changed,
        }

    async def post(self, body: Any) -> httpx2.Response:
        """What the server says to an offer."""
        async with httpx2.AsyncClient(timeout=15) as client:
            return await client.post(self._url, json=body, headers=self._headers)

    async def patch(self, body: Any) -> httpx2.Response:
        """What the server says to candidates."""
        async with httpx2.AsyncClient(timeout=15) as client:
            return await client.patch(self._url, json=body, headers=self._headers)

    async def connect(self, **changed: Any) -> "BrowserPeer":
        """Offers, and returns once the data channel is open."""
        answer = await self.post(await self.offer(**changed))
        assert answer.status_code == 200, answer.text
        await self.take_answer(answer.json())
        await asyncio.wait_for(self.is_open.wait(), 10)
        return self

    async def take_answer(self, answer: dict[str, Any]) -> None:
        """Connects with what the server answered."""
        self.pc_id = answer["pc_id"]
        await self.pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], answer["type"]))

    async def reconnect(self) -> None:
        """The same peer over a new connection, as after a change of networks."""
        old = self.pc
        self._make()
        await self.connect(restart_pc=True)
        await old.close()

    def say(self, kind: str, **data: Any) -> None:
        """Sends an RTVI message."""
        self.channel.send(json.dumps({"label": RTVI, "type": kind, "id": "1", "data": data}))

    async def told(self, kind: str, times: int = 1) -> dict[str, Any]:
        """Waits for a message of a kind, or for a server message whose data is of it."""
        async with asyncio.timeout(PATIENCE_SECS):
            while len(found := [m for m in self.messages if _kind(m) == kind]) < times:
                self._new_messages.clear()
                await self._new_messages.wait()
        return found[times - 1]

    async def heard_frames(self, count: int) -> None:
        """Waits for so many more pieces of sound from the server, silence included."""
        wanted = len(self.voice) + count
        await eventually(lambda: len(self.voice) >= wanted)

    async def ask_to_end(self) -> None:
        """Has the server end the call."""
        self.say("disconnect-bot")
        await self.told("call-ended")

    async def vanish_soon(self) -> None:
        """Is gone without a word."""
        self.vanish()

    async def close(self) -> None:
        """Hangs up, as a page does that is left."""
        await self.pc.close()

    def vanish(self) -> None:
        """Says nothing any more."""
        vanish(self.pc)

    def _take(self, text: str) -> None:
        self.messages.append(json.loads(text))
        self._new_messages.set()

    def _hear(self, track: Any) -> None:
        self._hearing = asyncio.create_task(self._listen(track))

    async def _listen(self, track: Any) -> None:
        while True:
            try:
                self.voice.append(await track.recv())
            except MediaStreamError:
                return


def _kind(message: dict[str, Any]) -> str:
    data = message.get("data")
    if message.get("type") == "server-message" and isinstance(data, dict):
        return data["type"]
    return message["type"]
