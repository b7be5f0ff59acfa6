"""The rules that are compared, each decided in audio time: ours by the very objects of a call."""

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from unittest.mock import patch

from pipecat.audio.turn.base_turn_analyzer import EndOfTurnState
from pipecat.audio.turn.smart_turn import base_smart_turn
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.vad.vad_analyzer import VAD_MIN_VOLUME
from pipecat.frames.frames import VADUserStartedSpeakingFrame, VADUserStoppedSpeakingFrame
from turnwise.agents.frames import VADSegmentFrame, VADSilenceFrame
from turnwise.processors.silence_rule import FixedSilence, SilenceRule
from turnwise.processors.smart_silence import Silences, SmartSilence
from turnwise.processors.smart_turn import shared_smart_turn

from .hearing import Moment, listen
from .recording import RATE_HZ, Recording

OUR_MIN_VOLUME = 0.4
Decide = Callable[[Recording], Awaitable[float | None]]
"""When the turn is over, in seconds from the start of the recording; None: it never is."""


def rules() -> dict[str, Decide]:
    """Every rule by the name that it has in the table."""
    return {
        "VAD 0.2 s": plain_vad,
        "fixed 0.6 s": ours(lambda: FixedSilence(0.6)),
        "fixed 0.8 s": ours(lambda: FixedSilence(0.8)),
        "smart": ours(lambda: SmartSilence(shared_smart_turn(), Silences())),
        "stock Pipecat": stock,
    }


async def plain_vad(recording: Recording) -> float | None:
    """The voice activity detector's stop ends the turn."""
    for moment in await listen(recording, OUR_MIN_VOLUME):
        if any(isinstance(frame, VADUserStoppedSpeakingFrame) for frame in moment.frames):
            return moment.at_secs
    return None


def ours(make: Callable[[], SilenceRule]) -> Decide:
    """One of our rules, made anew for each recording as for each call."""

    async def decide(recording: Recording) -> float | None:
        rule = make()
        rule.start_turn()
        for moment in await listen(recording, OUR_MIN_VOLUME):
            if await _is_over(rule, moment):
                return moment.at_secs
        return None

    return decide


async def _is_over(rule: SilenceRule, moment: Moment) -> bool:
    for frame in moment.frames:
        match frame:
            case VADUserStartedSpeakingFrame():
                rule.resume()
            case VADSegmentFrame():
                await rule.pause(frame)
            case VADSilenceFrame():
                if rule.is_over(frame):
                    return True
    return False


async def stock(recording: Recording) -> float | None:
    """Pipecat's defaults: its own analyzer decides at the VAD's stop, or after 3 s of silence.

    The analyzer finds the start of speech by the clock, and so is given one that counts audio.
    """
    clock = SimpleNamespace(monotonic=lambda: now, perf_counter=lambda: now)
    now = 0.0
    turn = _StockTurn()
    with patch.object(base_smart_turn, "time", clock):
        for moment in await listen(recording, VAD_MIN_VOLUME):
            now = moment.at_secs
            if await turn.is_over(moment):
                return now
    return None


class _StockTurn:
    """Feeds Pipecat's analyzer in the order in which Pipecat's own stop strategy does."""

    def __init__(self) -> None:
        self._analyzer = LocalSmartTurnAnalyzerV3()
        self._analyzer.set_sample_rate(RATE_HZ)
        self._is_speaking = False

    async def is_over(self, moment: Moment) -> bool:
        state = self._analyzer.append_audio(moment.audio, self._is_speaking)
        for frame in moment.frames:
            if isinstance(frame, VADUserStartedSpeakingFrame):
                self._analyzer.update_vad_start_secs(frame.start_secs)
                self._is_speaking = True
            elif isinstance(frame, VADUserStoppedSpeakingFrame):
                self._is_speaking = False
                state, _ = await self._analyzer.analyze_end_of_turn()
        return state is EndOfTurnState.COMPLETE
