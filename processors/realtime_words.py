"""What the user says to a realtime model, as it is written down beside it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from pipecat.frames.frames import Frame, InterimTranscriptionFrame, TranscriptionFrame
from pipecat.utils.time import time_now_iso8601

from ..agents.conversation import Conversation
from ..agents.faults import StageFault
from ..agents.realtime.connection import Event
from ..agents.realtime.events import TRANSCRIPTION
from .realtime_session import RealtimeSession

TRANSCRIPT_SECS = 10.0
"""How long the agent's row waits at most for the user's before it; a transcript takes a second or two."""


class UserWords:
    """Keeps the user's place in the conversation, and fills it in once the transcript is there.

    The model answers what it heard, not the transcript: that often comes when the answer has begun,
    at times when it is over.
    """

    def __init__(self, conversation: Conversation, push: Callable[[Frame], Awaitable[None]]) -> None:
        self._conversation = conversation
        self._push = push

    def expect(self, session: RealtimeSession, item_id: str, began: datetime) -> None:
        """The user's turn is over; it is written down as this item."""
        words = session.words[item_id] = self._conversation.expect_user(began)
        timer = asyncio.get_running_loop().call_later(TRANSCRIPT_SECS, session.settle, item_id)
        words.on_known(timer.cancel)

    async def take(self, session: RealtimeSession, event: Event) -> str | None:
        """Reads an event of a transcript; returns its text if it is the last one of an item."""
        item_id = event["item_id"]
        words = session.words.get(item_id)
        if words is None or words.text is not None:
            return None
        match event["type"].removeprefix(TRANSCRIPTION):
            case "delta":
                session.interims[item_id] = session.interims.get(item_id, "") + (event.get("delta") or "")
                if text := session.interims[item_id].strip():
                    await self._push(InterimTranscriptionFrame(text, "", time_now_iso8601()))
            case "completed":
                return await self._complete(session, item_id, event["transcript"])
            case "failed":
                session.settle(item_id)
        return None

    async def _complete(self, session: RealtimeSession, item_id: str, text: object) -> str:
        if not isinstance(text, str):
            raise StageFault("malformed")
        session.words[item_id].know(text.strip())
        if text.strip():
            await self._push(TranscriptionFrame(text.strip(), "", time_now_iso8601(), finalized=True))
        return text.strip()
