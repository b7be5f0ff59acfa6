"""A server to call over WebRTC: Pipecat's own handler of offers, and the scripts of `peer.py`."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import uvicorn
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, AudioResampler
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection
from pipecat.transports.smallwebrtc.request_handler import SmallWebRTCRequest, SmallWebRTCRequestHandler
from pipecat.transports.smallwebrtc.transport import RawAudioTrack

from ..vanishing import vanish
from .peer import Answers, Line, Peer, Script

OFFER = "/api/webrtc/offer"


class Gone(Exception):
    """The caller is."""


class RtcLine(Line):
    """Over a peer connection."""

    def __init__(self, connection: SmallWebRTCConnection) -> None:
        super().__init__()
        self.connection = connection
        self.raw: list[bytes | str] = []
        self.came: asyncio.Queue[bytes | dict | None] = asyncio.Queue()
        self.track = RawAudioTrack(24_000)
        connection.add_event_handler("connected", self._connected)
        connection.add_event_handler("app-message", self._message)
        connection.add_event_handler("closed", self._closed)
        self.tasks: list[asyncio.Task[None]] = []

    async def _connected(self, _: Any) -> None:
        self.connection.replace_audio_track(self.track)
        self.tasks.append(asyncio.create_task(self._listen()))

    async def _message(self, _: Any, message: dict) -> None:
        self.came.put_nowait(message)

    async def _closed(self, _: Any) -> None:
        self.came.put_nowait(None)

    async def _listen(self) -> None:
        track, mono = self.connection.audio_input_track(), AudioResampler("s16", "mono", 16_000)
        assert track is not None
        with suppress(MediaStreamError):
            while isinstance(frame := await track.recv(), AudioFrame):
                for part in mono.resample(frame):
                    loud = part.to_ndarray()
                    self.came.put_nowait((loud * (abs(loud) > 8)).tobytes())

    async def next(self) -> bytes | dict:
        came = await self.came.get()
        if came is None:
            raise Gone
        return came

    async def send_message(self, message: dict) -> None:
        self.connection.send_app_message(message)

    async def send_voice(self, pcm: bytes) -> None:
        """Returns when all of it has been heard, as a server that goes on to listen has to wait."""
        await self.track.add_audio_bytes(pcm + bytes(9_600))

    async def close(self, code: int = 1000) -> None:
        await self.connection.disconnect()

    def vanish(self) -> None:
        vanish(self.connection.pc)

    async def end(self) -> None:
        await self.connection.disconnect()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


class RtcPeer(Peer):
    """A running server of calls over WebRTC."""

    def __init__(self, script: Script | None, answers: Answers, ice_servers: list[dict]) -> None:
        super().__init__(script, answers)
        self.ice_servers = ice_servers
        self.scripts: list[asyncio.Task[None]] = []
        self.handler = SmallWebRTCRequestHandler()

    def app(self) -> FastAPI:
        app = FastAPI()
        app.get(OFFER)(self.learn)
        app.post(OFFER)(self.take)
        return app

    async def learn(self, request: Request) -> Any:
        return self.instead(request, {}) or {"iceServers": self.ice_servers}

    async def take(self, request: Request) -> Any:
        body = await request.json()
        refusal = self.instead(request, body)
        return refusal or await self.handler.handle_web_request(SmallWebRTCRequest.from_dict(body), self.hold)

    def instead(self, request: Request, body: dict) -> JSONResponse | None:
        path = f"{request.url.path}?{request.url.query}"
        self.asked.append((path, dict(body), request.headers.get("authorization")))
        answer = self.answers.get((request.method, request.url.path))
        return answer and JSONResponse(answer[1], answer[0])

    async def hold(self, connection: SmallWebRTCConnection) -> None:
        line = RtcLine(connection)
        self.lines.append(line)
        self.scripts.append(asyncio.create_task(self.follow(line)))

    async def follow(self, line: RtcLine) -> None:
        await line.connection.connect()
        assert self.script is not None
        with suppress(Gone):
            await self.script(line)


@asynccontextmanager
async def serving_webrtc(
    script: Script | None = None,
    answers: Answers | None = None,
    ice_servers: list[dict] | None = None,
    kind: type[RtcPeer] = RtcPeer,
) -> AsyncIterator[RtcPeer]:
    """A server on a free port, like `peer.serving`."""
    peer = kind(script, answers or {}, ice_servers or [])
    listening = socket.create_server(("127.0.0.1", 0))
    peer.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(peer.app(), lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve([listening]))
    try:
        yield peer
    finally:
        for script_task in peer.scripts:
            script_task.cancel()
        await asyncio.gather(*peer.scripts, return_exceptions=True)
        for line in peer.lines:
            await line.end()
        server.should_exit = True
        await serving
