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
_WINDOW_BYTES = 1024

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
        self._stop_secs = stop_secs
        self._silence_secs: float | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Passes every frame on, then what was heard in it."""
        was_speaking = self._analyzer.is_speaking
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            await self._count_silence(frame, was_speaking)

    async def _count_silence(self, frame: InputAudioRawFrame, was_speaking: bool) -> None:
        if self._analyzer.is_speaking:
            self._silence_secs = None
        elif was_speaking:
            self._silence_secs = self._stop_secs
        elif self._silence_secs is not None:
            self._silence_secs += len(frame.audio) / 2 / frame.sample_rate
        await self._report_silence()

    async def _report_silence(self) -> None:
        silence_secs = self._silence_secs
        if silence_secs is None:
            return
        if silence_secs > MAX_REPORTED_SILENCE_SECS:
            self._silence_secs = None
        is_starting = self._analyzer.state is VADState.STARTING
        await self.push_frame(VADSilenceFrame(silence_secs, is_starting))


class _WatchedAnalyzer(SileroVADAnalyzer):
    """Keeps the state that Pipecat's controller does not pass on: STARTING."""

    def __init__(self, params: VADParams) -> None:
        super().__init__(params=params)
        self.state = VADState.QUIET

    @property
    def is_speaking(self) -> bool:
        return self.state in (VADState.SPEAKING, VADState.STOPPING)

    async def analyze_audio(self, buffer: bytes) -> VADState:
        self.state = await super().analyze_audio(buffer)
        return self.state
