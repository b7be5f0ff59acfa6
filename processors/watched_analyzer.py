"""Silero's analyzer, watched: how long it has been silent, and what was heard before."""

from collections import deque
from collections.abc import Iterator

from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams, VADState

from ..agents.frames import VADSegmentFrame, VADSilenceFrame

MAX_REPORTED_SILENCE_SECS = 10.0
KEPT_SECS = 8.0


class WatchedAnalyzer(SileroVADAnalyzer):
    """Keeps what Pipecat's controller does not pass on: STARTING, how long ago speech was, and the audio.

    Only windows that the model has seen count as silence: of a 20 ms frame up to 31 ms more may
    still wait for their window, and speech may begin in them.
    """

    def __init__(self, params: VADParams) -> None:
        super().__init__(params=params)
        self.state = VADState.QUIET
        self._silent_windows: int | None = None
        self._reported_secs = 0.0
        self._segment = _Segment()
        self._was_speaking = False

    @property
    def is_speaking(self) -> bool:
        """Whether a segment of speech is under way, short gaps included."""
        return self.state in (VADState.SPEAKING, VADState.STOPPING)

    @property
    def silence_secs(self) -> float:
        """From the end of the last voiced window of confirmed speech; 0 while it lasts, or without any."""
        return (self._silent_windows or 0) * self._window_secs

    @property
    def _window_secs(self) -> float:
        return self._vad_frames / self.sample_rate

    def voice_confidence(self, buffer: bytes) -> float:
        """Scores a window, counts it and keeps it."""
        if self._silent_windows is not None:
            self._silent_windows += 1
        self._segment.add(buffer, round(KEPT_SECS / self._window_secs))
        return super().voice_confidence(buffer)

    async def analyze_audio(self, buffer: bytes) -> VADState:
        """Keeps the state after each chunk.

        A window takes the model a tenth of a millisecond: less than handing it to a thread and back.
        """
        self.state = self._run_analyzer(buffer)
        if self.state is VADState.SPEAKING:
            self._silent_windows = 0
        return self.state

    def news(self) -> Iterator[VADSegmentFrame | VADSilenceFrame]:
        """What a chunk brought: the segment that ended with it, and more silence after speech."""
        if self.is_speaking and not self._was_speaking:
            self._segment.begin(self._vad_start_frames)
        elif self._was_speaking and not self.is_speaking:
            yield self._segment.end(self._window_secs)
        self._was_speaking = self.is_speaking
        before, self._reported_secs = self._reported_secs, self.silence_secs
        if before < self._reported_secs <= MAX_REPORTED_SILENCE_SECS and not self.is_speaking:
            yield VADSilenceFrame(self._reported_secs, self.state is VADState.STARTING)


class _Segment:
    """The windows since the segment before."""

    def __init__(self) -> None:
        self._windows: deque[bytes] = deque()
        self._since_onset = 0

    def add(self, window: bytes, kept: int) -> None:
        self._windows.append(window)
        self._since_onset += 1
        if len(self._windows) > kept:
            self._windows.popleft()

    def begin(self, voiced: int) -> None:
        """Speech is confirmed; its onset was this many windows ago."""
        self._since_onset = voiced

    def end(self, window_secs: float) -> VADSegmentFrame:
        lead = max(0, len(self._windows) - self._since_onset)
        audio = b"".join(self._windows)
        self._windows.clear()
        return VADSegmentFrame(audio, lead * window_secs)
