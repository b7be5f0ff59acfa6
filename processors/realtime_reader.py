"""What a realtime model says, and whom it concerns."""

from collections.abc import Awaitable, Callable
from typing import Any

from pipecat.metrics.metrics import LLMTokenUsage

from ..agents.faults import StageFault
from ..agents.realtime.connection import Event
from ..agents.realtime.events import TRANSCRIPTION
from .realtime_agent import RealtimeAgent
from .realtime_session import RealtimeSession
from .realtime_usage import tokens_of
from .realtime_user import RealtimeUser

_HARMLESS = {
    "response_cancel_not_active",
    "conversation_already_has_active_response",
    "item_truncate_invalid_item_id",
    "item_delete_invalid_item_id",
}
_NOTHING_SAID = "input_audio_buffer_commit_empty"


class RealtimeReader:
    """Hands each event to the user's side or the agent's; `count` is told what an answer has used up."""

    def __init__(
        self,
        user: RealtimeUser,
        agent: RealtimeAgent,
        count: Callable[[LLMTokenUsage], Awaitable[None]],
    ) -> None:
        self._user = user
        self._agent = agent
        self._count = count

    async def take(self, session: RealtimeSession, event: Event) -> None:
        """Reads an event of the model.

        Raises:
            StageFault: it is not what it says it is (`malformed`), or tells of a fault.
        """
        try:
            await self._read(session, event)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StageFault("malformed") from error

    async def _read(self, session: RealtimeSession, event: Event) -> None:
        match event["type"]:
            case "error":
                self._refused(session, event["error"])
            case "input_audio_buffer.speech_started":
                await self._user.started(session, event)
            case "input_audio_buffer.speech_stopped":
                await self._user.stopped(session, event)
            case "input_audio_buffer.committed":
                await self._user.committed(session, event)
            case "response.created":
                await self._agent.begins(session, event["response"]["id"])
            case "response.done":
                if used := tokens_of(event["response"].get("usage")):
                    await self._count(used)
                await self._agent.ends(session, event["response"])
            case kind if kind.startswith(TRANSCRIPTION):
                if await self._user.transcribed(session, event):
                    self._agent.nothing_was_heard()
            case kind if kind.startswith("response."):
                await self._agent.goes_on(session, event)

    def _refused(self, session: RealtimeSession, error: Any) -> None:
        """An `error` of the session.

        Raises:
            StageFault: unless it is one of no consequence.
        """
        code = error.get("code")
        if code == _NOTHING_SAID:
            self._user.nothing_was_said()
            self._agent.nothing_was_said()
        elif code not in _HARMLESS:
            raise session.fault_of(error)
