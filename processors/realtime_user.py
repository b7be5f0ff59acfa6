"""The user's side of a conversation with a realtime model."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    UserSpeakingFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from ..agents.call_context import CallContext
from ..agents.frames import UserTurnDecidedFrame
from ..agents.realtime.connection import Event
from .realtime_hearing import Loudness, RealtimeHearing
from .realtime_line import RealtimeLine
from .realtime_session import RealtimeSession
from .realtime_wishes import TurnDetection
from .realtime_words import UserWords

_SPEAKING_SIGN_SECS = 0.5
_LONGEST_SECS = 30.0

Told = Callable[[], Awaitable[None]]


class RealtimeUser:
    """Hands on what the user says, and tells in frames what becomes of it.

    `detection` is how the model detects turns; None where endpointing of ours does. Over a socket the
    model's clock is the sound that it was sent; else nobody here knows it.
    """

    def __init__(
        self,
        processor: FrameProcessor,
        call: CallContext,
        line: RealtimeLine,
        words: UserWords,
        detection: TurnDetection | None,
        *,
        over_socket: bool,
        on_decided: Told,
        on_barge_in: Told,
    ) -> None:
        self._processor = processor
        self._state = call.state
        self._line = line
        self._detection = detection
        self._over_socket = over_socket
        self._on_decided = on_decided
        self._on_barge_in = on_barge_in
        self._hearing = RealtimeHearing(line.outbox, turns_only=detection is None and over_socket)
        self._loudness = Loudness()
        self._words = words
        self._began = datetime.now(UTC)
        self._is_unheard = self._goes_on_unheard = False
        self._signed_at = 0.0
        self.is_speaking = False

    async def hear(self, frame: InputAudioRawFrame) -> bool:
        """Hands on microphone audio; whether with it somebody begins to speak while there is no model."""
        self._hearing.hear(frame.audio)
        if self.is_speaking and time.monotonic() - self._signed_at > _SPEAKING_SIGN_SECS:
            self._signed_at = time.monotonic()
            await self._push_up(UserSpeakingFrame())
        speaks_up = self._detection is not None and self._loudness.hear(frame.audio)
        if not speaks_up or not self._state.hears_user:
            return False
        if self._line.session:
            if self._goes_on_unheard:
                await self._begins(self._loudness.loud_secs)
            return False
        self._line.wake()
        await self._push_up(VADUserStartedSpeakingFrame())
        return True

    def gate_opened(self) -> None:
        """Nothing that was heard before is anybody's to hear."""
        self._hearing.start_afresh()
        self._loudness.start_afresh()
        if self._line.session is None:
            self._line.outbox.drop_sound()
        elif self._detection is None and not self._over_socket:
            self._line.say({"type": "input_audio_buffer.clear"})

    def forget(self) -> None:
        """The turn in progress is given up."""
        self.is_speaking = self._is_unheard = self._goes_on_unheard = False
        self._hearing.end_turn()
        self._hearing.start_afresh()
        self._words.give_up(self._line.outbox.forget())

    def session_lost(self) -> None:
        """Nobody confirms any more what was said."""
        self._words.forget()

    async def follow(self, frame: Frame) -> None:
        """Reads what endpointing of ours detects."""
        match frame:
            case VADUserStartedSpeakingFrame():
                if not self.is_speaking:
                    began = datetime.fromtimestamp(frame.timestamp, UTC)
                    self._began = began - timedelta(seconds=frame.start_secs)
                self.is_speaking = True
                self._hearing.begin_turn()
            case UserTurnDecidedFrame():
                self._end_turn()
                self._line.say({"type": "input_audio_buffer.commit"})
                await self._on_decided()

    async def started(self, session: RealtimeSession, event: Event) -> None:
        """The model hears somebody speak; what it hears outside the user's turn is nobody's.

        Unless it goes on when the turn is the user's: to the model all of it is one piece of speech.
        """
        self._is_unheard = self._goes_on_unheard = not self._state.hears_user
        if self._is_unheard:
            return
        ago_secs = self._loudness.loud_secs
        if self._over_socket:
            padding_secs = self._detection.padding_secs if self._detection else 0.0
            ago_secs = max(0.0, session.heard_secs - event["audio_start_ms"] / 1000 - padding_secs)
        await self._begins(ago_secs)

    async def _begins(self, ago_secs: float) -> None:
        self._is_unheard = self._goes_on_unheard = False
        self._began = datetime.now(UTC) - timedelta(seconds=min(ago_secs, _LONGEST_SECS))
        self.is_speaking = True
        self._hearing.begin_turn(ago_secs)
        if self._state.is_agents_turn:
            await self._on_barge_in()
        await self._processor.broadcast_frame(VADUserStartedSpeakingFrame, timestamp=self._began.timestamp())
        await self._processor.broadcast_frame(UserStartedSpeakingFrame)

    async def stopped(self, session: RealtimeSession, event: Event) -> None:
        """The model takes the user's turn for over, and is about to answer."""
        self._goes_on_unheard = False
        if self._is_unheard or not self.is_speaking:
            return
        self._end_turn(self._after_secs(session, event))
        silence_secs = self._silence_secs(session, event)
        await self._on_decided()
        await self._processor.broadcast_frame(VADUserStoppedSpeakingFrame, stop_secs=silence_secs)
        await self._processor.push_frame(UserTurnDecidedFrame(silence_secs))
        await self._processor.broadcast_frame(UserStoppedSpeakingFrame)

    async def committed(self, session: RealtimeSession, event: Event) -> None:
        """What was said is part of the model's conversation."""
        if self._is_unheard:
            self._is_unheard = False
            self._line.say({"type": "conversation.item.delete", "item_id": event["item_id"]}, session)
        else:
            self._words.committed(session, event["item_id"], self._began)

    def nothing_was_said(self) -> None:
        """The model has heard nothing in the turn that was decided last."""
        self._words.nothing_was_said()

    async def transcribed(self, session: RealtimeSession, event: Event) -> bool:
        """Reads of a transcript; whether it is one without words, of this session's last turn."""
        text = await self._words.take(session, event)
        is_last = session is self._line.session and event["item_id"] == next(reversed(session.said), None)
        return text == "" and self._detection is not None and is_last

    def _end_turn(self, after_secs: float = 0.0) -> None:
        self.is_speaking = False
        self._words.expect(self._hearing.end_turn(after_secs), self._began)

    def _after_secs(self, session: RealtimeSession, event: Event) -> float:
        """How much of what the model has heard came after the turn: where nobody knows, perhaps all."""
        if not self._over_socket:
            return _LONGEST_SECS
        return max(0.0, session.heard_secs - event["audio_end_ms"] / 1000)

    def _silence_secs(self, session: RealtimeSession, event: Event) -> float:
        """How long nobody has spoken.

        A detector of silence tells, where audio goes straight to it; else it is as long as it was quiet.
        """
        if not self._over_socket or self._detection is None or self._detection.kind != "server_vad":
            return min(self._loudness.quiet_secs, _LONGEST_SECS)
        lag_secs = session.heard_secs - event["audio_end_ms"] / 1000
        return self._detection.silence_secs + min(max(0.0, lag_secs), _LONGEST_SECS)

    async def _push_up(self, frame: Frame) -> None:
        await self._processor.push_frame(frame, FrameDirection.UPSTREAM)
