"""Pipecat's peer connection, for peers that may do anything."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from secrets import token_hex
from typing import Any

from aiortc import RTCDataChannel, RTCIceServer, RTCRtpTransceiver
from aiortc.mediastreams import MediaStreamTrack
from loguru import logger
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection, SmallWebRTCTrack

from ..agents.line import Candidate
from ..agents.refusal import Refusal
from ..agents.webrtc.alive import received_packets
from ..agents.webrtc.closing import in_time
from ..agents.webrtc.packet_order import hand_on_at_once
from .voice_track import VoiceTrack
from .webrtc_sdp import ice_candidates, reachable

ANSWER_SECS = 8.0
"""How long an answer may take; the longest part is a STUN server that does not answer, 5 s."""

MOST_CANDIDATES = 100
"""Of one peer, over its life; a browser with several networks has a dozen."""

OnMessage = Callable[[str | bytes], None]


class Peer(SmallWebRTCConnection):
    """One browser: audio both ways, and one data channel whose messages go to `on_message` unread.

    Pipecat's own also takes video, which nobody reads here and which would pile up, wants the microphone in
    the first place of the offer, and reads messages of any size and kind.
    """

    def __init__(self, ice_servers: Sequence[RTCIceServer]) -> None:
        self._kept_id = token_hex(16)
        self._changing = asyncio.Lock()
        self._is_over = False
        self._candidates = 0
        self.voice = VoiceTrack()
        self.on_message: OnMessage = lambda message: None
        self.has_failed = False
        super().__init__(list(ice_servers))
        self.add_event_handler("failed", self._failed)

    async def answer(self, sdp: str) -> dict[str, Any]:
        """The answer to a first offer, as `{sdp, type, pc_id}`.

        Raises:
            Refusal: 400 `bad_request`, the offer cannot be answered.
        """
        return await self._answered(self.initialize(reachable(sdp), "offer"))

    async def answer_again(self, sdp: str, *, restart: bool) -> dict[str, Any]:
        """The answer to a later offer of the same peer; with `restart` over a new connection.

        Raises:
            Refusal: 400 `bad_request`, the offer cannot be answered; 404 `not_found`, it is about to go.
        """
        async with self._changing:
            return await self._answered(self.renegotiate(reachable(sdp), "offer", restart))

    async def try_candidates(self, candidates: Sequence[Candidate]) -> None:
        """More addresses at which the peer may be reached.

        Raises:
            Refusal: 400 `bad_request`, one of them is none, or they are too many.
        """
        self._candidates += len(candidates)
        if self._candidates > MOST_CANDIDATES:
            raise Refusal("bad_request", f"A peer has at most {MOST_CANDIDATES} candidates.")
        for candidate in ice_candidates(candidates):
            await self.add_ice_candidate(candidate)

    async def received_packets(self) -> int:
        """How much has come in over the connection that is now in use."""
        return await received_packets(self.pc)

    async def flush(self) -> None:
        """Returns once every message is on its way, or cannot be sent."""
        channel = self._data_channel
        if channel and channel.readyState == "open" and channel.bufferedAmount:
            is_sent = asyncio.Event()
            channel.once("bufferedamountlow", is_sent.set)
            channel.once("close", is_sent.set)
            await is_sent.wait()

    async def close(self) -> None:
        """Ends the connection and everything of it; may be called again."""
        self._is_over = True
        async with self._changing:  # what is under way makes a connection that has to be closed too
            if task := getattr(self, "_renegotiation_task", None):
                task.cancel()
            if not await in_time(self._close_all()):
                logger.warning("a peer connection did not close in time")

    def is_connected(self) -> bool:
        """Whether the connection stands; Pipecat's own says no where a client sends no pings."""
        return self._connect_invoked and self.pc.connectionState == "connected"

    def audio_input_track(self) -> SmallWebRTCTrack | None:
        """The microphone, wherever in the offer it stands."""
        audio = self._audio()
        if audio and not self._track_map.get(0) and audio.receiver.track:
            hand_on_at_once(audio.receiver)
            self._track_map[0] = SmallWebRTCTrack(audio.receiver)
        return self._track_map.get(0)

    def video_input_track(self) -> None:
        """No video."""
        return

    def screen_video_input_track(self) -> None:
        """No video."""
        return

    def force_transceivers_to_send_recv(self) -> None:
        """Audio both ways, once; whatever else is offered stays unused."""
        audio = self._audio()
        for transceiver in self.pc.getTransceivers():
            transceiver.direction = "sendrecv" if transceiver is audio else "inactive"

    def replace_audio_track(self, track: MediaStreamTrack) -> None:
        """Sends our voice track in place of the one that Pipecat makes."""
        audio = self._audio()
        if audio:
            audio.sender.replaceTrack(self.voice)

    async def _close_all(self) -> None:
        await self._close()
        await self.cleanup()

    def _initialize(self) -> None:
        super()._initialize()
        self._pc_id = self._kept_id
        if self.voice.readyState != "live":
            self.voice = VoiceTrack()

    def _setup_listeners(self) -> None:
        super()._setup_listeners()
        self.pc.remove_all_listeners("datachannel")
        self.pc.on("datachannel", self._channel_opened)

    def _channel_opened(self, channel: RTCDataChannel) -> None:
        if self._data_channel and self._data_channel.readyState == "open":
            channel.close()
            return
        self._data_channel = channel
        channel.on("message", lambda message: self.on_message(message))
        self._flush_message_queue()

    def _audio(self) -> RTCRtpTransceiver | None:
        offered = [t for t in self.pc.getTransceivers() if t.kind == "audio"]
        return next((t for t in offered if t.receiver.track), None) or next(iter(offered), None)

    def _failed(self, *_: Any) -> None:
        self.has_failed = True

    async def _answered(self, negotiation: Coroutine[Any, Any, None]) -> dict[str, Any]:
        if self._is_over:
            negotiation.close()
            raise Refusal("not_found", "The peer is gone; make a new offer.")
        try:
            await asyncio.wait_for(negotiation, ANSWER_SECS)
        except Exception as error:
            logger.debug("an offer could not be answered: {}", type(error).__name__)
            raise Refusal("bad_request", "The offer's SDP cannot be answered.") from None
        answer = self.get_answer()
        assert answer, "no answer after a negotiation"
        return answer
