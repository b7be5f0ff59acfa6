"""Voice activity detection with Silero, Pipecat's bundled model."""

from typing import Annotated

from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams, VADState
from pipecat.frames.frames import Frame, InputAudioRawFrame
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameDirection
from pydantic import Field

from ..agents.frames import VADSilenceFrame

MAX_REPORTED_SILENCE_SECS = 10.0

Share = Annotated[float, Field(ge=0, le=1)]
Secs = Annotated[float, Field(ge=0.03, le=5)]


class SileroVAD(VADProcessor):
    """Says when speech starts and stops, and how long it has been silent since.

    Its defaults are what human speech asked for (docs/endpointing.md): `min_volume` 0.4 hears a
    speaker 30 dB down, where 0.6 does not. A stop after 0.2 s only hands the segment to the
    recogniser early; whether the turn is over is for endpointing to say.
    """

    def __init__(
        self,
        *,
        start_secs: Annotated[Secs, Field(description="speech this long starts a turn")] = 0.2,
        stop_secs: Annotated[Secs, Field(description="silence this long ends a segment")] = 0.2,
        confidence: Annotated[Share, Field(description="how sure the model must be")] = 0.7,
        min_volume: Annotated[Share, Field(description="how loud speech must be, 0 to 1")] = 0.4,
    ) -> None:
        self._analyzer = _WatchedAnalyzer(
            VADParams(
                start_secs=start_secs, stop_secs=stop_secs, confidence=confidence, min_volume=min_volume
            )
        )
        super().__init__(vad_analyzer=self._analyzer, enable_direct_mode=True)
        self._silence_secs = 0.0

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Passes every frame on, then what was heard in it."""
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            await self._report_silence()

    async def _report_silence(self) -> None:
        """Tells of every window that brought more silence after speech."""
        before, self._silence_secs = self._silence_secs, self._analyzer.silence_secs
        if before < self._silence_secs <= MAX_REPORTED_SILENCE_SECS and not self._analyzer.is_speaking:
            is_starting = self._analyzer.state is VADState.STARTING
            await self.push_frame(VADSilenceFrame(self._silence_secs, is_starting))


class _WatchedAnalyzer(SileroVADAnalyzer):
    """Keeps what Pipecat's controller does not pass on: STARTING, and how long ago speech was.

    Only windows that the model has seen count as silence: of a 20 ms frame up to 31 ms more may
    still wait for their window, and speech may begin in them.
    """

    def __init__(self, params: VADParams) -> None:
        super().__init__(params=params)
        self.state = VADState.QUIET
        self._silent_windows: int | None = None

    @property
    def is_speaking(self) -> bool:
        return self.state in (VADState.SPEAKING, VADState.STOPPING)

    @property
    def silence_secs(self) -> float:
        """From the end of the last voiced window of confirmed speech; 0 while it lasts, or without any."""
        return (self._silent_windows or 0) * self._vad_frames / self.sample_rate

    def voice_confidence(self, buffer: bytes) -> float:
        """Scores a window, and counts it."""
        if self._silent_windows is not None:
            self._silent_windows += 1
        return super().voice_confidence(buffer)

    async def analyze_audio(self, buffer: bytes) -> VADState:
        """Keeps the state after each chunk.

        A window takes the model a tenth of a millisecond: less than handing it to a thread and back.
        """
        self.state = self._run_analyzer(buffer)
        if self.state is VADState.SPEAKING:
            self._silent_windows = 0
        return self.state
