"""The two ways to a realtime model, a WebSocket and a call over WebRTC, and the one to its recogniser."""

from dataclasses import dataclass
from functools import partial

from ..agents.realtime.connection import Event, RealtimeConnection
from ..agents.realtime.peer import open_realtime_call
from ..agents.realtime.socket import open_realtime
from ..agents.upstream import OpenAIUpstream
from .realtime_session import RealtimeSession
from .transcription_session import TranscriptionSession, open_transcription
from .transcription_wishes import TranscriptionWishes


@dataclass(frozen=True)
class RealtimeWay:
    """One of them, and how long opening a session on it may take."""

    openai: OpenAIUpstream
    over_socket: bool
    connect_secs: float

    async def open(self, wishes: Event) -> RealtimeSession:
        """A session that is set up as `wishes` say, the `session` of a `session.update`.

        Raises:
            Exception: why there is none, fit for `describe`.
        """
        return await RealtimeSession.open(partial(self._connect, wishes), wishes, self.connect_secs)

    async def open_recogniser(self, wishes: TranscriptionWishes) -> TranscriptionSession:
        """A session that only writes down what it hears, over a WebSocket.

        Raises:
            Exception: why there is none, fit for `describe`.
        """
        return await open_transcription(self.openai, wishes, self.connect_secs)

    async def _connect(self, wishes: Event) -> RealtimeConnection:
        if self.over_socket:
            return await open_realtime(self.openai, model=wishes["model"])
        return await open_realtime_call(self.openai, wishes, connect_secs=self.connect_secs)
