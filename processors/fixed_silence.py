"""When enough silence has passed, and when everything said before it is known."""

import asyncio

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    Frame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.turns.types import ProcessFrameResult
from pipecat.turns.user_stop import BaseUserTurnStopStrategy

from ..agents.frames import ResetTurnFrame, UserTurnDecidedFrame, UserTurnEmptyFrame, VADSilenceFrame
from ..agents.state import CallState

NO_AUDIO_GRACE_SECS = 1.0


class FixedSilence(BaseUserTurnStopStrategy):
    """Decides on silence, then waits for the transcripts of all segments of the turn.

    Each stop of the voice activity detector is one segment, and each segment gets one transcript,
    an empty one if nothing was recognised.
    """

    def __init__(self, silence_secs: float, state: CallState) -> None:
        super().__init__()
        self._state = state
        self._silence_secs = silence_secs
        self._no_audio: asyncio.Task | None = None
        self._start_afresh()

    def _start_afresh(self) -> None:
        self._is_open = False
        self._is_deciding = False
        self._is_decided = False
        self._is_given_up = False
        self._is_speaking = False
        self._awaited_transcripts = 0
        self._has_words = False

    async def handle_user_turn_started(self) -> None:
        """Counts from zero."""
        self._start_afresh()
        self._is_open = True

    async def handle_user_turn_stopped(self) -> None:
        """Forgets the turn."""
        await self._stop_waiting_for_audio()
        self._start_afresh()

    async def cleanup(self) -> None:
        """Leaves no task behind."""
        await super().cleanup()
        await self._stop_waiting_for_audio()

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        """Follows speech, silence and transcripts of the turn that is open."""
        if self._is_open:
            await self._follow(frame)
        return ProcessFrameResult.CONTINUE

    async def _follow(self, frame: Frame) -> None:
        match frame:
            case VADUserStartedSpeakingFrame():
                self._is_speaking = True
                self._is_deciding = self._is_decided = False
                await self._stop_waiting_for_audio()
            case VADUserStoppedSpeakingFrame():
                await self._segment_ended()
            case VADSilenceFrame():
                if frame.silence_secs >= self._silence_secs and not frame.is_starting:
                    await self._decide(frame.silence_secs)
            case TranscriptionFrame():
                self._awaited_transcripts = max(0, self._awaited_transcripts - 1)
                self._has_words = self._has_words or bool(frame.text.strip())
                await self._finish_if_complete()
            case UserTurnDecidedFrame() if self._is_deciding:
                # Back here only after it went down the line: nothing of the answer can overtake it.
                self._is_decided = True
                await self._finish_if_complete()
            case BotStartedSpeakingFrame() if not self._state.hears_user:
                # A greeting that sets in closes the gate on a user who has just begun to speak.
                await self._give_up()
            case ResetTurnFrame():
                await self._give_up()

    async def _give_up(self) -> None:
        self._is_given_up = True
        await self._finish_given_up()

    async def _segment_ended(self) -> None:
        self._is_speaking = False
        self._awaited_transcripts += 1
        if self._is_given_up:
            await self._finish_given_up()
        else:
            await self._stop_waiting_for_audio()
            self._no_audio = self.create_task(self._decide_without_audio())

    async def _decide_without_audio(self) -> None:
        """A microphone that stops sending must not keep the turn open."""
        await asyncio.sleep(self._silence_secs + NO_AUDIO_GRACE_SECS)
        self._no_audio = None
        await self._decide(self._silence_secs)

    async def _decide(self, silence_secs: float) -> None:
        if self._is_deciding or self._is_speaking or self._is_given_up:
            return
        self._is_deciding = True
        await self._stop_waiting_for_audio()
        await self.push_frame(UserTurnDecidedFrame(silence_secs))

    async def _finish_if_complete(self) -> None:
        if not self._is_decided or self._awaited_transcripts:
            return
        if self._has_words:
            await self.trigger_user_turn_stopped()
        else:
            await self._finish_without_answer()
            await self.push_frame(UserTurnEmptyFrame())

    async def _finish_given_up(self) -> None:
        """What was understood before the fault stays in the conversation, without an answer."""
        if not self._is_speaking:
            await self._finish_without_answer()

    async def _finish_without_answer(self) -> None:
        await self.trigger_user_turn_finalized(confirms_speculation=True)

    async def _stop_waiting_for_audio(self) -> None:
        task, self._no_audio = self._no_audio, None
        if task and task is not asyncio.current_task():
            await self.cancel_task(task)
