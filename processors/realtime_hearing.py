"""What of the microphone a realtime model hears."""

import time

import numpy as np
import soxr

from ..agents.realtime.connection import MODEL_RATE_HZ
from ..agents.wire import MIC_SAMPLE_RATE_HZ
from .pre_roll import PRE_ROLL_SECS, PreRoll
from .realtime_outbox import RealtimeOutbox

_LOUD = 400.0
_LOUD_SECS = 0.2
_QUIET_SECS = 0.5


class RealtimeHearing:
    """Takes sound to the model's rate, and on its way.

    A model that detects turns hears everything. Where endpointing of ours does, it hears turns only,
    each with a second from before it was noticed, and none of the silence in between.
    """

    def __init__(self, outbox: RealtimeOutbox, *, turns_only: bool) -> None:
        self._outbox = outbox
        self._turns_only = turns_only
        self._is_in_turn = False
        self._recent = PreRoll(MODEL_RATE_HZ)
        self._wire = soxr.ResampleStream(MIC_SAMPLE_RATE_HZ, MODEL_RATE_HZ, 1, dtype="int16")

    def hear(self, audio: bytes) -> None:
        """Microphone audio, mono, signed 16 bit, at the microphone's rate."""
        heard = self._wire.resample_chunk(np.frombuffer(audio[: len(audio) // 2 * 2], np.int16)).tobytes()
        if not heard:
            return
        if self._is_in_turn or not self._turns_only:
            self._outbox.hear(heard)
        else:
            self._recent.add(heard)

    def begin_turn(self, ago_secs: float = 0.0) -> None:
        """The user speaks, since `ago_secs`; a turn that goes on after a pause is one."""
        if self._is_in_turn:
            return
        self._is_in_turn = True
        self._outbox.begin_turn(0.0 if self._turns_only else PRE_ROLL_SECS + ago_secs)
        if self._turns_only:
            self._outbox.put({"type": "input_audio_buffer.clear"})
            self._outbox.hear(self._recent.take())

    def end_turn(self, after_secs: float = 0.0) -> bytes:
        """The user's turn is over, as of `after_secs` ago; returns its sound, at the model's rate."""
        self._is_in_turn = False
        return self._outbox.end_turn(after_secs)

    def start_afresh(self) -> None:
        """What was heard until now is nobody's to hear."""
        self._recent.clear()


class Loudness:
    """Notices by its loudness alone when somebody speaks: a hint where no detector of ours listens."""

    def __init__(self) -> None:
        self._loud_secs = 0.0
        self._loud_at = self._loud_since = time.monotonic()

    @property
    def loud_secs(self) -> float:
        """How long ago the last that was loud had begun."""
        return time.monotonic() - self._loud_since

    @property
    def quiet_secs(self) -> float:
        """How long it has been quiet."""
        return time.monotonic() - self._loud_at

    def start_afresh(self) -> None:
        """What was loud until now was somebody else."""
        self._loud_secs = 0.0

    def hear(self, audio: bytes) -> bool:
        """Whether with this microphone audio somebody has begun to speak."""
        samples = np.frombuffer(audio[: len(audio) // 2 * 2], np.int16).astype(np.float32)
        if not samples.size or float(np.sqrt(np.mean(samples**2))) < _LOUD:
            if self.quiet_secs > _QUIET_SECS:
                self._loud_secs = 0.0
            return False
        if self._loud_secs == 0.0:
            self._loud_since = time.monotonic()
        before, self._loud_secs = self._loud_secs, self._loud_secs + samples.size / MIC_SAMPLE_RATE_HZ
        self._loud_at = time.monotonic()
        return before < _LOUD_SECS <= self._loud_secs
