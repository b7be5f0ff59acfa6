"""Hands every finished turn to the place where transcripts go, and tells the client once it is safe."""

import asyncio
from collections import deque
from datetime import UTC, datetime, timedelta

from loguru import logger
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    Frame,
    StartFrame,
    UserStartedSpeakingFrame,
    VADUserStartedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.processors.frameworks.rtvi.frames import RTVIServerMessageFrame

from ..agents.call_context import CallContext
from ..agents.frames import UserTurnDecidedFrame
from ..agents.sound_text import sound_text
from ..agents.store.sink import Chunk, Turn
from ..agents.wire import AgentState, SpeakerType, chunk_fields, transcript_chunk
from ..agents.words import Words

LAST_SAVES_SECS = 1.0
"""How long the end of a call waits for its last turns; what takes longer is still saved after it."""


class TranscriptPersistence(FrameProcessor):
    """Saves turns beside the audio path, which never waits for a disk.

    Turns are saved in the order in which they were told: one whose words are still to come holds up
    those behind it.
    """

    def __init__(self, call: CallContext) -> None:
        super().__init__(enable_direct_mode=True)
        self._sink = call.turns
        self._state = call.state
        self._meeting_id = call.meeting_id
        self._speech_began = datetime.now(UTC)
        self._began: dict[SpeakerType, datetime] = {}
        self._said: deque[tuple[SpeakerType, Words, datetime]] = deque()
        self._saves: asyncio.Queue[asyncio.Task[Chunk] | None] = asyncio.Queue()
        self._announcer: asyncio.Task | None = None
        call.conversation.on_turn(self._add)
        call.state.subscribe(self._watch)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Passes every frame on; notes when somebody begins to speak."""
        await super().process_frame(frame, direction)
        match frame:
            case StartFrame():
                self._announcer = self.create_task(self._announce_all())
            case VADUserStartedSpeakingFrame():
                began = datetime.fromtimestamp(frame.timestamp, UTC) - timedelta(seconds=frame.start_secs)
                self._speech_began = began
            case UserStartedSpeakingFrame():
                self._began["user"] = self._speech_began
            case UserTurnDecidedFrame():
                self._began.pop("agent", None)
            case BotStartedSpeakingFrame() if self._state.current is not AgentState.RECOVERING_ERROR:
                self._began.setdefault("agent", datetime.now(UTC))
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        """Waits until everything said is saved, but not for a database that is away."""
        await super().cleanup()
        announcer, self._announcer = self._announcer, None
        if announcer:
            self._saves.put_nowait(None)
            await asyncio.wait({announcer}, timeout=LAST_SAVES_SECS)
            announcer.cancel()

    def _watch(self, state: AgentState) -> None:
        """An answer in writing begins where the agent's turn does."""
        if state is AgentState.SPEAKING:
            self._began.setdefault("agent", datetime.now(UTC))

    def _add(self, speaker: SpeakerType, words: Words) -> None:
        noted = self._began.pop(speaker, None)
        self._said.append((speaker, words, words.began or noted or datetime.now(UTC)))
        words.on_known(self._save_known)

    def _save_known(self) -> None:
        while self._said and self._said[0][1].text is not None:
            speaker, words, began = self._said.popleft()
            text = sound_text(words.text or "").strip()
            if text:
                turn = Turn(self._meeting_id, speaker, text, began)
                self._saves.put_nowait(asyncio.create_task(self._sink.save(turn)))

    async def _announce_all(self) -> None:
        while save := await self._saves.get():
            try:
                chunk = await asyncio.shield(save)
            except Exception as error:
                logger.error("a turn could not be saved: {}", type(error).__name__)
            else:
                await self._announce(chunk)

    async def _announce(self, chunk: Chunk) -> None:
        fields = chunk_fields(
            chunk.sequence_number, chunk.speaker_type, chunk.text, chunk.timestamp.isoformat()
        )
        await self.push_frame(RTVIServerMessageFrame(transcript_chunk(fields)))
