"""A call over WebRTC, through Pipecat's small-WebRTC transport."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

from aiortc import RTCIceServer
from loguru import logger
from pipecat.frames.frames import OutputTransportMessageUrgentFrame
from pipecat.processors.frameworks.rtvi.models import ServerMessage
from pipecat.transports.base_transport import TransportParams

from ..agents.line import Answer, Candidate, IceServer, OnFlood, OnGone
from ..agents.webrtc.alive import SILENT_SECS
from ..agents.wire import MIC_SAMPLE_RATE_HZ, VOICE_SAMPLE_RATE_HZ, EndReason, call_ended
from .client_messages import ClientMessages
from .intake import Intake
from .webrtc_peer import Peer
from .webrtc_transport import WebRTCTransport

CONNECT_SECS = 10.0
"""How long a peer may take to connect, from its answer on; then its place is free again."""

JUST_HEARD_SECS = 4.0
"""A connection that is closed by somebody who was heard so lately was not lost."""

LAST_WORDS_SECS = 0.3
"""How long the client has to read why a call ends before the connection is closed."""

_LOOK_SECS = 1.0
_WRITE_SECS = 30.0
_CHUNKS_OF_10_MS = 2


class WebRTCLine:
    """One peer, as a call needs it: Pipecat's transport, its messages, and how it ended."""

    def __init__(self, offer_sdp: str, ice_servers: Sequence[IceServer]) -> None:
        self._offer_sdp = offer_sdp
        self.on_gone: OnGone = lambda hung_up: None
        self.on_flood: OnFlood = lambda: None
        self._tasks: set[asyncio.Task[None]] = set()
        self._heard_at = 0.0
        self._is_gone = asyncio.Event()
        self._peer = Peer([RTCIceServer(list(s.urls), s.username, s.credential) for s in ice_servers])
        self.answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.messages = ClientMessages()
        self.transport = WebRTCTransport(
            self._peer,
            TransportParams(
                audio_in_enabled=True,
                audio_out_enabled=True,
                audio_in_sample_rate=MIC_SAMPLE_RATE_HZ,
                audio_out_sample_rate=VOICE_SAMPLE_RATE_HZ,
                audio_out_10ms_chunks=_CHUNKS_OF_10_MS,
                audio_out_write_timeout_secs=_WRITE_SECS,
            ),
            Intake(self._tell, self._flooded),
            self._back_soon,
        )
        self.transport.add_event_handler("on_client_disconnected", self._closed)

    @property
    def pc_id(self) -> str:
        """What the client calls this peer by."""
        return self._peer.pc_id

    async def open(self) -> None:
        """Answers the offer; the peer connects from then on.

        Raises:
            Refusal: 400 `bad_request`, the offer cannot be answered.
        """
        answer = await self._peer.answer(self._offer_sdp)
        self._heard_now()
        self._start(self._watch())
        self.answered.set_result(Answer(**answer))

    async def answer_again(self, sdp: str, *, restart: bool) -> Answer:
        """Answers a later offer of the same peer; with `restart` it connects anew.

        Raises:
            Refusal: 400 `bad_request`, the offer cannot be answered.
        """
        self._heard_now()
        return Answer(**await self._peer.answer_again(sdp, restart=restart))

    async def try_candidates(self, candidates: Sequence[Candidate]) -> None:
        """More addresses at which the peer may be reached.

        Raises:
            Refusal: 400 `bad_request`, one of them is none, or they are too many.
        """
        await self._peer.try_candidates(candidates)

    async def end(self, reason: EndReason) -> None:
        """Says why; the connection is closed a moment later, with the call."""
        message = ServerMessage(data=call_ended(reason)).model_dump(exclude_none=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_SECS):
                await self.transport.output().send_message(OutputTransportMessageUrgentFrame(message))
                await self._peer.flush()
                await self._is_gone.wait()

    async def close(self) -> None:
        """Leaves nothing of the peer behind, however the call ended."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._peer.close()

    async def _watch(self) -> None:
        """Notices a peer that never comes, and one that is gone without a word."""
        packets = 0
        while not self._is_gone.is_set():
            await asyncio.sleep(_LOOK_SECS)
            received, packets = packets, await self._peer.received_packets()
            if self._peer.is_connected() and packets != received:
                self._heard_now()
            limit = SILENT_SECS if self._peer.is_connected() else CONNECT_SECS
            if self._unheard_secs > limit:
                logger.info("the peer did not connect, or is gone without a word")
                self._go(hung_up=False)

    def _closed(self, *_: Any) -> None:
        """The peer closed the connection, or what carries it gave up."""
        is_lost = self._peer.has_failed or self._unheard_secs > JUST_HEARD_SECS
        self._go(hung_up=not is_lost)

    def _back_soon(self) -> None:
        """The client gives up the connection, but not the conversation."""
        self._go(hung_up=False)

    def _go(self, *, hung_up: bool) -> None:
        if not self._is_gone.is_set():
            self._is_gone.set()
            self.on_gone(hung_up)

    @property
    def _unheard_secs(self) -> float:
        return asyncio.get_running_loop().time() - self._heard_at

    def _heard_now(self) -> None:
        self._heard_at = asyncio.get_running_loop().time()

    def _flooded(self) -> None:
        self.on_flood()

    def _tell(self, sentence: str) -> None:
        self._start(self.messages.tell(sentence))

    def _start(self, work: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
