"""OpenAI speech recognition that listens along: one session for the call, audio sent as it is spoken."""

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Annotated, Literal

from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    StartFrame,
    STTMetadataFrame,
    TranscriptionFrame,
    UserAudioRawFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.settings import STTSettings
from pipecat.services.stt_latency import OPENAI_REALTIME_TTFS_P99
from pipecat.services.stt_service import STTService
from pipecat.utils.time import time_now_iso8601
from pydantic import Field

from ..agents.call_context import CallContext
from ..agents.frames import AnsweringSTTMetadataFrame, InputGateOpenedFrame, ResetTurnFrame
from ..agents.upstream import OpenAIUpstream
from ..agents.wire import MIC_SAMPLE_RATE_HZ
from .option_types import WITHIN_TURN, NoiseReduction, ShortWaitSecs
from .pre_roll import PreRoll
from .speech_segment import SpeechSegment
from .transcription_line import TranscriptionLine
from .transcription_session import open_transcription
from .transcription_wishes import TranscriptionWishes


class OpenAIStreamingSTT(STTService):
    """Sends each segment of speech while it lasts; when it ends, the recogniser has heard nearly all of it.

    Our voice activity detector says where segments begin and end; between them nothing is sent.
    Every segment gets one transcript, in order, an empty one if nothing was recognised, or an
    error. The session outlives faults: see `TranscriptionLine`.

    Pipecat's own service for this API stops listening after an `error` event, reconnects after four
    seconds at the soonest, loses what was said meanwhile, and pushes no transcript that is empty.
    """

    def __init__(
        self,
        call: CallContext,
        upstream: OpenAIUpstream,
        *,
        model: Annotated[str, Field(description="realtime transcription model")],
        prompt: Annotated[str, Field(description="text that guides the recogniser")] = "",
        noise_reduction: NoiseReduction = "",
        delay: Annotated[
            Literal["", "minimal", "low", "medium", "high", "xhigh"],
            Field(description="later is more accurate; gpt-realtime-whisper only; '' is the model's own"),
        ] = "",
        answer_secs: Annotated[
            ShortWaitSecs,
            Field(description="longest wait for a transcript, from the end of a segment"),
            WITHIN_TURN,
        ] = 4.0,
        connect_secs: Annotated[
            ShortWaitSecs, Field(description="longest wait for a connection that is set up")
        ] = 2.0,
    ) -> None:
        language = call.agent.fields.language
        wishes = TranscriptionWishes(model, language.split("-")[0].lower(), prompt, noise_reduction, delay)
        wishes.check()
        super().__init__(
            audio_passthrough=False,
            ttfs_p99_latency=OPENAI_REALTIME_TTFS_P99,
            settings=STTSettings(model=model, language=language),
        )
        self._line = TranscriptionLine(
            lambda: open_transcription(upstream, wishes, connect_secs), self._push_interim
        )
        self._answer_secs = answer_secs
        self._recent = PreRoll(MIC_SAMPLE_RATE_HZ)
        self._segment: SpeechSegment | None = None
        self._ended: asyncio.Queue[SpeechSegment | None] = asyncio.Queue()
        self._keeping: asyncio.Task[None] | None = None
        self._answering: asyncio.Task[None] | None = None

    def service_metadata_frame(self) -> STTMetadataFrame:
        """Says that every segment is answered."""
        return AnsweringSTTMetadataFrame.of(super().service_metadata_frame())

    def can_generate_metrics(self) -> bool:
        """Tells how long a transcript took from the end of its segment."""
        return True

    async def start(self, frame: StartFrame) -> None:
        """Begins to connect; the call does not wait for it."""
        await super().start(frame)
        self._keeping = self.create_task(self._line.run())
        self._answering = self.create_task(self._answer_all())

    async def stop(self, frame: EndFrame) -> None:
        """Waits for what was said, then closes."""
        self._ended.put_nowait(None)
        if self._answering:
            await self._answering
        await super().stop(frame)
        await self._close()

    async def cancel(self, frame: CancelFrame) -> None:
        """Closes at once."""
        await super().cancel(frame)
        await self._close()

    async def cleanup(self) -> None:
        """Leaves no task and no connection behind."""
        await super().cleanup()
        await self._close()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Follows the detector, gives up where a recovery says so, starts afresh where the gate opens."""
        match frame:
            case InputGateOpenedFrame():
                self._start_afresh()
            case ResetTurnFrame():
                await self._give_up()
        await super().process_frame(frame, direction)
        match frame:
            case VADUserStartedSpeakingFrame():
                self._begin()
            case VADUserStoppedSpeakingFrame():
                await self._end()

    async def process_audio_frame(self, frame: InputAudioRawFrame, direction: FrameDirection) -> None:
        """Speech is on its way at once; of anything else the last second is kept."""
        self._user_id = frame.user_id if isinstance(frame, UserAudioRawFrame) else ""
        if self._segment:
            self._segment.add(frame.audio)
            return
        self._recent.add(frame.audio)

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Not used: audio goes to the segment that it belongs to."""
        raise NotImplementedError
        yield

    def _begin(self) -> None:
        if self._segment is None:
            self._segment = self._line.begin()
            self._segment.add(self._recent.take())

    async def _end(self) -> None:
        """What is left of a turn that was given up is nobody's to hear."""
        segment, self._segment = self._segment, None
        if segment:
            self._line.end(segment)
            self._ended.put_nowait(segment)
            self._record_stt_audio_usage(segment.audio)
            await self.emit_stt_usage_metrics()

    def _start_afresh(self) -> None:
        self._recent.clear()
        if self._segment:
            self._line.drop(self._segment)
            self._segment = self._line.begin()

    async def _give_up(self) -> None:
        self._segment = None
        self._recent.clear()
        self._line.drop_all()
        if self._answering:
            await self.cancel_task(self._answering)
            self._ended = asyncio.Queue()
            self._answering = self.create_task(self._answer_all())

    async def _answer_all(self) -> None:
        """Pushes transcripts in the order of their segments, whichever comes first."""
        while segment := await self._ended.get():
            await self._answer(segment)

    async def _answer(self, segment: SpeechSegment) -> None:
        await self.start_processing_metrics(start_time=time.time() - segment.age_secs)
        try:
            async with asyncio.timeout(max(0.0, self._answer_secs - segment.age_secs)):
                text = await segment.transcript()
        except Exception as error:
            self._line.drop(segment)
            await self.push_error("transcription failed", exception=error)
            return
        await self.stop_processing_metrics()
        await self.push_frame(
            TranscriptionFrame(text.strip(), self._user_id, time_now_iso8601(), finalized=True)
        )

    async def _push_interim(self, segment: SpeechSegment) -> None:
        text = segment.interim.strip()
        if text:
            await self.push_frame(InterimTranscriptionFrame(text, self._user_id, time_now_iso8601()))

    async def _close(self) -> None:
        tasks = [self._answering, self._keeping]
        self._answering = self._keeping = None
        for task in filter(None, tasks):
            await self.cancel_task(task)
