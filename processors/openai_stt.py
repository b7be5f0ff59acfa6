"""OpenAI speech recognition, request and response: each segment of speech is one request."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated

from pipecat.frames.frames import (
    Frame,
    STTMetadataFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.openai.stt import OpenAISTTService
from pipecat.transcriptions.language import Language
from pipecat.utils.time import time_now_iso8601
from pydantic import Field

from ..agents.call_context import CallContext
from ..agents.faults import StageFault
from ..agents.frames import AnsweringSTTMetadataFrame, InputGateOpenedFrame, ResetTurnFrame
from ..agents.upstream import OpenAIUpstream
from .option_types import WITHIN_TURN, ShortWaitSecs


class OpenAISTT(OpenAISTTService):
    """Pipecat's service with a deadline, one transcript for each segment even if it is empty, and
    no audio in it from before the input gate opened.
    """

    def __init__(
        self,
        call: CallContext,
        upstream: OpenAIUpstream,
        *,
        model: Annotated[str, Field(description="transcription model")],
        prompt: Annotated[str, Field(description="text that guides the recogniser")] = "",
        answer_secs: Annotated[
            ShortWaitSecs, Field(description="longest wait for a transcript"), WITHIN_TURN
        ] = 4.0,
        connect_secs: Annotated[ShortWaitSecs, Field(description="longest wait for a connection")] = 2.0,
    ) -> None:
        language = Language(call.agent.fields.language)
        client = upstream.client(connect_secs=connect_secs, read_secs=answer_secs)
        super().__init__(
            api_key=client.api_key,
            base_url=str(client.base_url),
            audio_passthrough=False,
            settings=self.Settings(model=model, language=language, prompt=prompt or None),
        )
        self._client = client
        self._answer_secs = answer_secs
        self._is_given_up = False

    def service_metadata_frame(self) -> STTMetadataFrame:
        """Says that every segment is answered."""
        return AnsweringSTTMetadataFrame.of(super().service_metadata_frame())

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Gives up where a recovery says so, and starts afresh where the gate opens."""
        match frame:
            case InputGateOpenedFrame():
                self._audio_buffer.clear()
            case ResetTurnFrame():
                await self._give_up()
            case VADUserStartedSpeakingFrame():
                self._is_given_up = False
        await super().process_frame(frame, direction)

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame, None]:
        """Transcribes one segment; an error is pushed upstream with its cause, not its text."""
        await self.start_processing_metrics()
        try:
            async with asyncio.timeout(self._answer_secs):
                text = await self._text(audio)
        except Exception as error:
            await self.push_error("transcription failed", exception=error)
            return
        await self.stop_processing_metrics()
        yield TranscriptionFrame(text, self._user_id, time_now_iso8601())

    async def _text(self, audio: bytes) -> str:
        text = getattr(await self._transcribe(audio), "text", None)
        if not isinstance(text, str):
            raise StageFault("malformed")
        return text.strip()

    async def _handle_user_stopped_speaking(self, frame: VADUserStoppedSpeakingFrame) -> None:
        """What is left of a turn that was given up is nobody's to hear."""
        if self._is_given_up:
            self._user_speaking = False
            self._audio_buffer.clear()
        else:
            await super()._handle_user_stopped_speaking(frame)

    async def _give_up(self) -> None:
        self._is_given_up = True
        self._audio_buffer.clear()
        await self._cancel_segment_task()
        self._segment_queue = asyncio.Queue()
        self._segment_task = self.create_task(self._segment_task_handler())
