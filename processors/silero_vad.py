"""Voice activity detection with Silero, Pipecat's bundled model."""

from typing import Annotated

from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.frames.frames import Frame, InputAudioRawFrame
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameDirection
from pydantic import Field

from .option_types import Share
from .watched_analyzer import WatchedAnalyzer

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
        self._analyzer = WatchedAnalyzer(
            VADParams(
                start_secs=start_secs, stop_secs=stop_secs, confidence=confidence, min_volume=min_volume
            )
        )
        super().__init__(vad_analyzer=self._analyzer, enable_direct_mode=True)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Passes every frame on, then what was heard in it."""
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            for news in self._analyzer.news():
                await self.push_frame(news)
