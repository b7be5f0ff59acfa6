"""OpenAI's speech to speech: one model that hears, thinks and speaks."""

from typing import Annotated, Literal

from pydantic import Field

from ..agents.call_context import CallContext
from ..agents.options.only_with import OnlyWith, OnlyWithout
from ..agents.upstream import OpenAIUpstream
from .option_types import WITHIN_TURN, NoiseReduction, Share, SilenceSecs, WaitSecs
from .realtime_agent import Patience
from .realtime_service import RealtimeService
from .realtime_wishes import RealtimeWishes, TurnDetection

Voice = Literal["alloy", "ash", "ballad", "cedar", "coral", "echo", "marin", "sage", "shimmer", "verse"]
Effort = Literal["", "minimal", "low", "medium", "high", "xhigh"]

_ALOUD = OnlyWith("output", "audio")
_DETECTS = OnlyWithout("vad")
_BY_SILENCE = OnlyWith("turn_detection", "server_vad")
_BY_SOUND = OnlyWith("turn_detection", "semantic_vad")


class OpenAIRealtime(RealtimeService):
    """A model that hears, thinks and speaks itself, and what can be wished of it.

    It says when the user's turn is over; behind a `vad` endpointing of ours does.
    """

    def __init__(
        self,
        call: CallContext,
        openai: OpenAIUpstream,
        *,
        model: Annotated[str, Field(description="speech-to-speech model")],
        voice: Annotated[Voice, Field(description="who speaks"), _ALOUD] = "marin",
        speed: Annotated[
            float | None, Field(ge=0.25, le=1.5, description="of its speech; 1 is normal"), _ALOUD
        ] = None,
        output: Annotated[
            Literal["audio", "text"], Field(description="whether it answers aloud or in writing")
        ] = "audio",
        upstream: Annotated[
            Literal["websocket", "webrtc"], Field(description="the way to the model")
        ] = "websocket",
        transcription_model: Annotated[
            str, Field(min_length=1, description="writes down what the user says, for the transcript")
        ] = "gpt-realtime-whisper",
        noise_reduction: NoiseReduction = "",
        turn_detection: Annotated[
            Literal["server_vad", "semantic_vad"],
            Field(description="silence ends a turn, or how finished it sounds"),
            _DETECTS,
        ] = "server_vad",
        threshold: Annotated[
            Share, Field(description="how loud speech must be"), _DETECTS, _BY_SILENCE
        ] = 0.5,
        silence_secs: Annotated[
            SilenceSecs, Field(description="silence that ends a turn"), _DETECTS, _BY_SILENCE
        ] = 0.5,
        prefix_secs: Annotated[
            float,
            Field(ge=0, le=5, description="how much from before speech is heard"),
            _DETECTS,
            _BY_SILENCE,
        ] = 0.3,
        eagerness: Annotated[
            Literal["auto", "low", "medium", "high"],
            Field(description="low waits longest"),
            _DETECTS,
            _BY_SOUND,
        ] = "auto",
        max_output_tokens: Annotated[int | None, Field(ge=1, le=4096, description="longest answer")] = None,
        reasoning_effort: Annotated[
            Effort, Field(description="of models that reason; '' is the model's own")
        ] = "",
        first_secs: Annotated[
            WaitSecs, Field(description="longest wait for the beginning of an answer"), WITHIN_TURN
        ] = 3.8,
        next_secs: Annotated[WaitSecs, Field(description="longest wait between its pieces")] = 2.0,
        connect_secs: Annotated[
            WaitSecs, Field(description="longest wait for a session that is set up")
        ] = 4.0,
    ) -> None:
        detects = not any(stage.name == "vad" for stage in call.agent.stages)
        detection = TurnDetection(turn_detection, threshold, silence_secs, prefix_secs, eagerness)
        wishes = RealtimeWishes(
            model=model,
            instructions=call.conversation.prompt,
            output=output,
            voice=voice,
            speed=speed,
            transcription_model=transcription_model,
            language=call.agent.fields.language.split("-")[0].lower(),
            noise_reduction=noise_reduction,
            turn_detection=detection if detects else None,
            interrupts=call.agent.fields.barge_in,
            max_output_tokens=max_output_tokens,
            reasoning_effort=reasoning_effort,
        )
        patience = Patience(first_secs, next_secs, connect_secs)
        super().__init__(call, openai, wishes, patience, over_socket=upstream == "websocket")
