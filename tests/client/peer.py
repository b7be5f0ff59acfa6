"""A server for a caller to talk to: real HTTP and WebSocket, and a script for what it says when.

`webrtc_peer.py` holds the same scripts over WebRTC.
"""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Any

import numpy as np
from pipecat.frames.protobufs import frames_pb2
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

pb: Any = frames_pb2
FRAME = 0.04


def tone(secs: float, rate_hz: int, peak: int = 8000) -> bytes:
    """Something to hear, mono s16le."""
    return (np.sin(np.arange(round(secs * rate_hz)) * 0.3) * peak).astype("<i2").tobytes()


UTTERANCE = tone(0.1, 16_000)


class Line:
    """The server's end of one call, for scripts."""

    def __init__(self) -> None:
        self.messages: list[dict] = []
        self.mic: list[tuple[float, bytes]] = []
        self.sent_at: list[float] = []

    async def receive(self) -> bytes | dict:
        arrived = await self.next()
        if isinstance(arrived, dict):
            self.messages.append(arrived)
        else:
            self.mic.append((time.monotonic(), arrived))
        return arrived

    async def voice(self, pcm: bytes) -> None:
        self.sent_at.append(time.monotonic())
        await self.send_voice(pcm)

    async def next(self) -> bytes | dict:
        raise NotImplementedError

    async def send_message(self, message: dict) -> None:
        raise NotImplementedError

    async def send_voice(self, pcm: bytes) -> None:
        raise NotImplementedError

    async def close(self, code: int = 1000) -> None:
        raise NotImplementedError

    def vanish(self) -> None:
        raise NotImplementedError

    async def hear(self) -> None:
        """Until something was said and three silent frames followed."""
        silent_frames = -1
        while silent_frames < 3:
            data = await self.receive()
            if isinstance(data, bytes):
                loud = bool(data.strip(b"\0"))
                silent_frames = 0 if loud else silent_frames + (silent_frames >= 0)

    async def rtvi(self, rtvi_type: str, **data: Any) -> None:
        await self.send_message({"label": "rtvi-ai", "type": rtvi_type, "id": "1", "data": data})

    async def ours(self, type: str, **data: Any) -> None:
        await self.rtvi("server-message", type=type, **data)

    async def states(self, *states: str) -> None:
        for state in states:
            await self.ours("agent-state", state=state)

    async def answer(self, heard: str = "hello", reply: str = "Good day.") -> None:
        await self.states("thinking")
        await self.rtvi("user-transcription", text=heard, user_id="", timestamp="", final=True)
        await self.rtvi("user-transcription", text="hell", user_id="", timestamp="", final=False)
        for piece in reply.split(" "):
            await self.rtvi("bot-llm-text", text=piece + " ")
        await self.states("speaking")
        await self.voice(tone(FRAME, 24_000))
        ms = {"endpointing": 600, "stt": 50, "llm": 20, "tts": 110, "total": 780}
        await self.ours("turn-metrics", turn=1, ms=ms, raw={})
        await self.states("listening")
        for number, speaker in ((1, "user"), (2, "agent")):
            await self.ours("transcript-chunk", sequenceNumber=number, speakerType=speaker)

    async def fail(self) -> None:
        """A fault: the error, the apology, and the floor again."""
        error = {"stage": "stt", "code": "upstream_401", "message": "the recogniser refused the key"}
        await self.states("thinking")
        await self.ours("agent-error", **error)
        await self.rtvi("error", error=error["message"], fatal=False)
        await self.states("recovering_error")
        await self.voice(tone(FRAME, 24_000))
        await self.states("listening")

    async def stay(self) -> None:
        """Until the caller is gone."""
        while True:
            await self.receive()


class SocketLine(Line):
    """Over a WebSocket."""

    def __init__(self, socket: ServerConnection) -> None:
        super().__init__()
        self.socket = socket

    async def next(self) -> bytes | dict:
        data = await self.socket.recv()
        assert isinstance(data, bytes)
        frame = pb.Frame.FromString(data)
        if frame.WhichOneof("frame") == "message":
            return json.loads(frame.message.data)
        assert (frame.audio.sample_rate, frame.audio.num_channels) == (16_000, 1)
        return frame.audio.audio

    async def send_message(self, message: dict) -> None:
        data = json.dumps(message)
        await self.socket.send(pb.Frame(message=pb.MessageFrame(data=data)).SerializeToString())

    async def send_voice(self, pcm: bytes, rate_hz: int = 24_000) -> None:
        audio = pb.AudioRawFrame(audio=pcm, sample_rate=rate_hz, num_channels=1)
        await self.socket.send(pb.Frame(audio=audio).SerializeToString())

    async def close(self, code: int = 1000) -> None:
        await self.socket.close(code)

    def vanish(self) -> None:
        self.socket.transport.abort()


Script = Callable[[Any], Awaitable[None]]
Answers = dict[tuple[str, str], tuple[int, Any]]


class Peer:
    """A running server: the lines of its calls, and the bodies of its POSTs."""

    def __init__(self, script: Script | None, answers: Answers) -> None:
        self.script = script
        self.answers = answers
        self.url = ""
        self.lines: list[Any] = []
        self.asked: list[tuple[str, dict, str | None]] = []

    def http(self, method: str, path: str) -> tuple[int, bytes] | None:
        answer = self.answers.get((method, path.split("?")[0]))
        return answer and (answer[0], json.dumps(answer[1]).encode())

    async def call(self, socket: ServerConnection) -> None:
        self.lines.append(SocketLine(socket))
        assert self.script is not None
        with suppress(ConnectionClosed):
            await self.script(self.lines[-1])


def door(peer: Peer) -> type[ServerConnection]:
    """A connection that also answers POST, which the WebSocket library does not."""

    class Door(ServerConnection):
        post = b""

        def data_received(self, data: bytes) -> None:
            if not (self.post or data.startswith(b"POST ")):
                return super().data_received(data)
            self.post += data
            head, _, body = self.post.partition(b"\r\n\r\n")
            lines = head.decode().split("\r\n")
            headers = Headers(
                [(name, value) for name, _, value in (line.partition(": ") for line in lines[1:])]
            )
            if b"\r\n\r\n" in self.post and len(body) == int(headers["content-length"]):
                path = lines[0].split(" ")[1]
                peer.asked.append((path, json.loads(body), headers.get("authorization")))
                self.reply(*(peer.http("POST", path) or (404, b"nothing here")))

        def reply(self, status: int, body: bytes) -> None:
            head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Length: {len(body)}\r\n"
            self.transport.write(f"{head}Connection: close\r\n\r\n".encode() + body)
            self.transport.close()

    return Door


@asynccontextmanager
async def serving(script: Script | None = None, answers: Answers | None = None) -> AsyncIterator[Peer]:
    """A server on a free port; `answers` are given instead of a call where they name a route."""
    peer = Peer(script, answers or {})

    def instead(socket: ServerConnection, request: Request) -> Response | None:
        answer = peer.http("GET", request.path)
        if answer is None:
            return None
        status, body = answer
        headers = Headers({"Content-Length": str(len(body)), "Connection": "close"})
        return Response(status, HTTPStatus(status).phrase, headers, body)

    async with serve(
        peer.call, "127.0.0.1", 0, create_connection=door(peer), process_request=instead, ping_interval=None
    ) as server:
        peer.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield peer


def answering(*turns: Callable[[Line], Awaitable[None]]) -> Script:
    """Listens, and deals with each utterance as told."""

    async def script(line: Line) -> None:
        await line.states("listening")
        for turn in turns:
            await line.hear()
            await turn(line)
        await line.stay()

    return script
