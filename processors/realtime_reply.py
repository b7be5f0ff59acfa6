"""What a realtime model answers, as frames."""

import base64
from collections.abc import Awaitable, Callable

from pipecat.frames.frames import (
    Frame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.utils.text.base_text_aggregator import TextType

from ..agents.realtime.connection import MODEL_RATE_HZ, Event
from ..agents.speech_progress import SpeechProgress
from .realtime_answer import RealtimeAnswer, SpokenItem
from .realtime_session import RealtimeSession


class RealtimeReply:
    """Pushes an answer on as it comes.

    Its words go out at once, to be seen; those of them that are spoken get into the conversation only
    behind their sound, an item at a time, or as far as they were heard.
    """

    def __init__(self, speech: SpeechProgress, push: Callable[[Frame], Awaitable[None]]) -> None:
        self._speech = speech
        self._push = push
        self.answer: RealtimeAnswer | None = None

    @property
    def is_coming(self) -> bool:
        """Whether there is an answer, and not all of it has come."""
        return self.answer is not None and not self.answer.is_done

    async def begin(self, session: RealtimeSession, response_id: str, *, is_aside: bool = False) -> None:
        """The model begins to answer, or to say something aside."""
        self.answer = RealtimeAnswer(session, response_id, is_aside)
        if not is_aside:
            await self._push(LLMFullResponseStartFrame())

    def answering(self, session: RealtimeSession, response_id: object) -> RealtimeAnswer | None:
        """The answer that this response is, if anybody still waits for it."""
        answer = self.answer
        is_it = answer and answer.session is session and answer.response_id == response_id
        return answer if is_it and answer and not answer.is_done else None

    async def take(self, answer: RealtimeAnswer, event: Event) -> None:
        """Reads a piece of the answer."""
        match event["type"]:
            case "response.output_text.delta":
                await self._write(answer, event["delta"])
            case "response.output_audio_transcript.delta":
                await self._tell(answer, await self._item(answer, event), event["delta"])
            case "response.output_audio.delta":
                await self._speak(answer, await self._item(answer, event), base64.b64decode(event["delta"]))
            case "response.output_item.done" if event["item"].get("type") == "function_call":
                answer.calls.append(event["item"])

    async def end(self, answer: RealtimeAnswer) -> None:
        """All of it has come."""
        answer.is_done = True
        if answer.items:
            await self._push_words(answer, answer.items[-1])
        if answer.has_audio:
            await self._push(TTSStoppedFrame())
        if not answer.is_aside:
            await self._push(LLMFullResponseEndFrame())

    def take_back(self) -> tuple[RealtimeSession, list[Event]] | None:
        """Nobody waits for the rest of it: what the model of which session is to be told of that."""
        answer, self.answer = self.answer, None
        return (answer.session, list(answer.taken_back(self._speech))) if answer else None

    async def _write(self, answer: RealtimeAnswer, text: str) -> None:
        if text:
            answer.has_words = True
            await self._push(LLMTextFrame(text))

    async def _tell(self, answer: RealtimeAnswer, item: SpokenItem, text: str) -> None:
        if not text:
            return
        answer.has_words = True
        item.begins.text += text
        self._speech.grew(item.begins.id, item.begins.text)
        if not answer.is_aside:
            shown = LLMTextFrame(text)
            shown.append_to_context = False
            await self._push(shown)

    async def _speak(self, answer: RealtimeAnswer, item: SpokenItem, audio: bytes) -> None:
        if not audio:
            return
        if not answer.has_audio:
            answer.has_audio = True
            await self._push(TTSStartedFrame(append_to_context=not answer.is_aside))
        if not item.is_announced and not answer.is_aside:
            item.is_announced = True
            await self._push(item.begins)
        await self._push(TTSAudioRawFrame(audio, MODEL_RATE_HZ, 1))

    async def _item(self, answer: RealtimeAnswer, event: Event) -> SpokenItem:
        before = answer.items[-1] if answer.items else None
        item, is_new = answer.item(event["item_id"], event["content_index"])
        if is_new and before:
            await self._push_words(answer, before)
        return item

    async def _push_words(self, answer: RealtimeAnswer, item: SpokenItem) -> None:
        if item.begins.text.strip() and not answer.is_aside:
            spoken = TTSTextFrame(item.begins.text.strip(), TextType.SENTENCE)
            spoken.will_be_spoken = True
            await self._push(spoken)
