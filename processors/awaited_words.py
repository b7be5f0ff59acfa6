"""Whether everything that was said is known, whatever kind of recogniser there is."""

import time
from collections.abc import Callable

from pipecat.frames.frames import STTMetadataFrame, TranscriptionFrame
from pipecat.services.stt_latency import DEFAULT_TTFS_P99

from ..agents.frames import AnsweringSTTMetadataFrame

LONGEST_SECS = 4.0
"""The longest wait from the end of speech on: a recogniser's own figure counts only up to here."""
NO_WORDS_SECS = 3.0
"""The wait for a recogniser of which nothing, or nothing final, came yet."""
SETTLE_SECS = 0.3
"""One that sends several transcripts for a segment sends them in a row."""


class AwaitedWords:
    """Counts the segments of a turn and what came for them.

    A recogniser that says of itself that it answers every segment is waited for until it has. Of
    any other, a transcript marked as final answers a segment, and after the time that it gives for
    99 of 100 of its transcripts (Pipecat's `ttfs_p99_latency`) what came is taken for all there is;
    it need not answer at all where nothing was said.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._answers_every_segment = False
        self._latency_secs = DEFAULT_TTFS_P99
        self.start_turn()

    def start_turn(self) -> None:
        """Counts from zero."""
        self.has_any = False
        self._unanswered = 0
        self._is_unfinished = False
        self._speech_ended = self._last_came = 0.0

    def meet(self, recogniser: STTMetadataFrame) -> None:
        """Takes in how the recogniser answers."""
        self._answers_every_segment = isinstance(recogniser, AnsweringSTTMetadataFrame)
        self._latency_secs = recogniser.ttfs_p99_latency

    def segment_ended(self, stop_secs: float) -> None:
        """A segment is with the recogniser; speech was over `stop_secs` ago."""
        self._unanswered += 1
        self._speech_ended = self._clock() - stop_secs

    def came(self, transcript: TranscriptionFrame) -> None:
        """Takes in a transcript."""
        self.has_any = self.has_any or bool(transcript.text.strip())
        self._is_unfinished = False
        self._last_came = self._clock()
        if transcript.finalized or self._answers_every_segment:
            self._unanswered = max(0, self._unanswered - 1)

    def interim_came(self) -> None:
        """Words are known of which the final transcript is still to come."""
        self._is_unfinished = True

    @property
    def patience_secs(self) -> float:
        """How long to wait now for more: 0 when all is known, infinite for an answer that will come."""
        if self._answers_every_segment:
            return float("inf") if self._unanswered else 0.0
        if not self._unanswered and not self._is_unfinished:
            return 0.0
        return max(0.0, self._deadline - self._clock())

    @property
    def _deadline(self) -> float:
        latest = self._speech_ended + LONGEST_SECS
        if self.has_any and not self._is_unfinished:
            expected = max(self._speech_ended + self._latency_secs, self._last_came + SETTLE_SECS)
        else:
            expected = self._speech_ended + max(self._latency_secs, NO_WORDS_SECS)
        return min(expected, latest)


class HeardItself(AwaitedWords):
    """For a model that hears the user itself: there is always something, and nothing to wait for."""

    def start_turn(self) -> None:
        """Whatever was said, the model has heard it."""
        super().start_turn()
        self.has_any = True

    @property
    def patience_secs(self) -> float:
        """No wait."""
        return 0.0
