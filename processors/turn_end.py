"""The end of the user's turn: when enough silence has passed, and everything said before it is known."""

import asyncio
import math
from collections.abc import Coroutine

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    Frame,
    InterimTranscriptionFrame,
    STTMetadataFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.turns.types import ProcessFrameResult
from pipecat.turns.user_stop import BaseUserTurnStopStrategy

from ..agents.frames import (
    ResetTurnFrame,
    UserTurnDecidedFrame,
    UserTurnEmptyFrame,
    VADSegmentFrame,
    VADSilenceFrame,
)
from ..agents.state import CallState
from .awaited_words import AwaitedWords
from .silence_rule import SilenceRule

NO_AUDIO_GRACE_SECS = 1.0


class TurnEnd(BaseUserTurnStopStrategy):
    """Decides on silence by a rule, then waits for the words of the turn.

    Each stop of the voice activity detector is a segment for the recogniser; what came of them
    when the wait is over is the turn, and words that come later belong to nobody.
    """

    def __init__(self, rule: SilenceRule, state: CallState, words: AwaitedWords | None = None) -> None:
        super().__init__()
        self._rule = rule
        self._state = state
        self._words = words or AwaitedWords()
        self._no_audio: asyncio.Task | None = None
        self._judging: asyncio.Task | None = None
        self._waiting: asyncio.Task | None = None
        self._start_afresh()

    def _start_afresh(self) -> None:
        self._is_open = False
        self._is_deciding = False
        self._is_decided = False
        self._is_given_up = False
        self._is_speaking = False
        self._words.start_turn()
        self._rule.start_turn()

    async def handle_user_turn_started(self) -> None:
        """Counts from zero."""
        self._start_afresh()
        self._is_open = True

    async def handle_user_turn_stopped(self) -> None:
        """Forgets the turn."""
        await self._drop_tasks()
        self._start_afresh()

    async def cleanup(self) -> None:
        """Leaves no task behind."""
        await super().cleanup()
        await self._drop_tasks()

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        """Follows speech, silence and transcripts of the turn that is open."""
        if isinstance(frame, STTMetadataFrame):
            self._words.meet(frame)
        elif self._is_open:
            await self._follow(frame)
        return ProcessFrameResult.CONTINUE

    async def _follow(self, frame: Frame) -> None:
        match frame:
            case VADUserStartedSpeakingFrame():
                await self._resume()
            case VADUserStoppedSpeakingFrame():
                await self._segment_ended(frame.stop_secs)
            case VADSegmentFrame():
                self._judging = await self._replace(self._judging, self._rule.pause(frame))
            case VADSilenceFrame():
                if self._rule.is_over(frame):
                    await self._decide(frame.silence_secs)
            case TranscriptionFrame():
                self._words.came(frame)
                await self._finish_or_wait()
            case InterimTranscriptionFrame():
                self._words.interim_came()
            case UserTurnDecidedFrame() if self._is_deciding:
                # Back here only after it went down the line: nothing of the answer can overtake it.
                self._is_decided = True
                await self._finish_or_wait()
            case BotStartedSpeakingFrame() if not self._state.hears_user:
                # A greeting that sets in closes the gate on a user who has just begun to speak.
                await self._give_up()
            case ResetTurnFrame():
                await self._give_up()

    async def _give_up(self) -> None:
        self._is_given_up = True
        await self._finish_given_up()

    async def _resume(self) -> None:
        """More of the same turn, even if it had been decided to be over and its words were awaited."""
        self._is_speaking = True
        self._is_deciding = self._is_decided = False
        await self._drop_tasks()
        self._rule.resume()

    async def _segment_ended(self, stop_secs: float) -> None:
        self._is_speaking = False
        self._words.segment_ended(stop_secs)
        if self._is_given_up:
            await self._finish_given_up()
        else:
            self._no_audio = await self._replace(self._no_audio, self._decide_without_audio())

    async def _decide_without_audio(self) -> None:
        """A microphone that stops sending must not keep the turn open."""
        silence_secs = self._rule.needed_secs
        await asyncio.sleep(silence_secs + NO_AUDIO_GRACE_SECS)
        self._no_audio = None
        await self._decide(silence_secs)

    async def _decide(self, silence_secs: float) -> None:
        if self._is_deciding or self._is_speaking or self._is_given_up:
            return
        self._is_deciding = True
        await self._drop_watches()
        await self.push_frame(UserTurnDecidedFrame(silence_secs))

    async def _finish_or_wait(self) -> None:
        if not self._is_decided:
            return
        patience_secs = self._words.patience_secs
        if patience_secs == 0:
            await self._finish()
        elif math.isfinite(patience_secs):
            self._waiting = await self._replace(self._waiting, self._finish_after(patience_secs))

    async def _finish_after(self, secs: float) -> None:
        await asyncio.sleep(secs)
        self._waiting = None
        await self._finish()

    async def _finish(self) -> None:
        if self._words.has_any:
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

    async def _replace(self, task: asyncio.Task | None, work: Coroutine[None, None, None]) -> asyncio.Task:
        await self._drop(task)
        return self.create_task(work)

    async def _drop_tasks(self) -> None:
        await self._drop_watches()
        waiting, self._waiting = self._waiting, None
        await self._drop(waiting)

    async def _drop_watches(self) -> None:
        """What follows the silence; the wait for words goes on whatever else is heard."""
        watches, self._no_audio, self._judging = (self._no_audio, self._judging), None, None
        for task in watches:
            await self._drop(task)

    async def _drop(self, task: asyncio.Task | None) -> None:
        if task and task is not asyncio.current_task():
            await self.cancel_task(task)
