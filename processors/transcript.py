"""Hands every finished turn to the place where transcripts go, and tells the client once it is safe."""

import asyncio
from datetime import UTC, datetime, timedelta

from loguru import logger
from pipecat.frames.frames import BotStartedSpeakingFrame, Frame, StartFrame, VADUserStartedSpeakingFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.processors.frameworks.rtvi.frames import RTVIServerMessageFrame

from ..agents.call_context import CallContext
from ..agents.frames import UserTurnDecidedFrame, UserTurnEmptyFrame
from ..agents.store.sink import Chunk, Turn
from ..agents.wire import AgentState, SpeakerType, chunk_fields, transcript_chunk


class TranscriptPersistence(FrameProcessor):
    """Saves turns one after the other, beside the audio path, which never waits for a disk."""

    def __init__(self, call: CallContext) -> None:
        super().__init__(enable_direct_mode=True)
        self._sink = call.turns
        self._state = call.state
        self._meeting_id = call.meeting_id
        self._began: dict[SpeakerType, datetime] = {}
        self._finished: asyncio.Queue[Turn | None] = asyncio.Queue()
        self._saver: asyncio.Task | None = None
        call.conversation.on_turn(self._add)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Passes every frame on; notes when somebody begins to speak."""
        await super().process_frame(frame, direction)
        match frame:
            case StartFrame():
                self._saver = self.create_task(self._save_all())
            case VADUserStartedSpeakingFrame():
                began = datetime.fromtimestamp(frame.timestamp, UTC) - timedelta(seconds=frame.start_secs)
                self._began.setdefault("user", began)
            case UserTurnEmptyFrame():
                self._began.pop("user", None)
            case UserTurnDecidedFrame():
                self._began.pop("agent", None)
            case BotStartedSpeakingFrame() if self._state.current is not AgentState.RECOVERING_ERROR:
                self._began.setdefault("agent", datetime.now(UTC))
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        """Waits until everything said is saved."""
        await super().cleanup()
        saver, self._saver = self._saver, None
        if saver:
            self._finished.put_nowait(None)
            await saver

    def _add(self, speaker: SpeakerType, text: str) -> None:
        began = self._began.pop(speaker, None) or datetime.now(UTC)
        self._finished.put_nowait(Turn(self._meeting_id, speaker, text, began))

    async def _save_all(self) -> None:
        while turn := await self._finished.get():
            try:
                chunk = await self._sink.save(turn)
            except Exception as error:
                logger.error("a {} turn could not be saved: {}", turn.speaker_type, type(error).__name__)
            else:
                await self._announce(chunk)

    async def _announce(self, chunk: Chunk) -> None:
        fields = chunk_fields(
            chunk.sequence_number, chunk.speaker_type, chunk.text, chunk.timestamp.isoformat()
        )
        await self.push_frame(RTVIServerMessageFrame(transcript_chunk(fields)))
