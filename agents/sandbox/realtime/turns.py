"""Whose turn it is: the user begins and ends one, and is answered."""

from contextlib import suppress

from .context import Context
from .events import RefusedEvent, error_of, event
from .idling import Idling
from .item import of_speech
from .listening import Began, Ended, Listening, Speech
from .plan import planned
from .response import Response
from .responses import Responses
from .session_shapes import ServerVad, SessionConfig
from .transcripts import Transcripts


class Turns:
    """Turns of the user, found by turn detection or committed by the client, and the responses to them."""

    def __init__(self, context: Context, config: SessionConfig) -> None:
        self._context = context
        self._config = config
        self._wire = context.wire
        self._conversation = context.conversation
        self._transcripts = Transcripts(context)
        self._idling = Idling(self._prompted_by_silence)
        self.listening = Listening(context.parts.ears)
        self.responses = Responses(context, self._answered)
        self.configure(config)

    def configure(self, config: SessionConfig) -> None:
        """Takes turns like this from now on."""
        self._config = config
        self.listening.configure(config.audio.input.turn_detection)

    async def hear(self, pcm: bytes) -> None:
        """Takes mono s16le at 24 kHz."""
        async for turn in self.listening.hear(pcm):
            if isinstance(turn, Began):
                await self._began(turn)
            else:
                await self._ended(turn)

    async def commit(self, speech: Speech) -> None:
        """Makes an item of what was said."""
        self._idling.disarm()
        before = self._conversation.last_id
        item = of_speech(speech.item_id, speech.hearing, speech.length_ms)
        added = self._conversation.add(item)
        committed = {"item_id": item.id, "previous_item_id": before}
        await self._wire.send(event("input_audio_buffer.committed", **committed))
        await self._wire.send(added)
        await self._wire.send(self._conversation.told(item, "done"))
        if transcription := self._config.audio.input.transcription:
            self._transcripts.begin(speech, item, transcription)

    async def clear_playback(self) -> None:
        """What was not heard was not said, where the server is the one that plays."""
        playback = self._context.playback
        broken_off = playback.clear() if playback else None
        if broken_off:
            with suppress(RefusedEvent):  # the item was deleted, or never was in the conversation
                item = self._conversation.find(broken_off.item_id, "truncate")
                await self._wire.send(self._conversation.cut_short(item, broken_off.audio_end_ms))

    async def close(self) -> None:
        """Ends all that is under way."""
        self._idling.disarm()
        self._transcripts.close()
        await self.responses.close()
        self.listening.close()

    async def _began(self, turn: Began) -> None:
        """The user speaks, which may end an answer."""
        self._idling.disarm()
        said = {"audio_start_ms": turn.at_ms, "item_id": turn.item_id}
        await self._wire.send(event("input_audio_buffer.speech_started", **said))
        detection = self._config.audio.input.turn_detection
        if detection and detection.interrupt_response:
            await self.responses.interrupt()
            await self.clear_playback()

    async def _ended(self, turn: Ended) -> None:
        """The user's turn is over, and is answered."""
        said = {"audio_end_ms": turn.at_ms, "item_id": turn.speech.item_id}
        await self._wire.send(event("input_audio_buffer.speech_stopped", **said))
        await self.commit(turn.speech)
        await self._answer()

    async def _answer(self) -> None:
        detection = self._config.audio.input.turn_detection
        if detection and detection.create_response:
            try:
                self.responses.create(planned(self._config))
            except RefusedEvent as refused:
                await self._wire.send(error_of(refused, None))

    def _answered(self, response: Response) -> None:
        """A response has ended by itself."""
        detection = self._config.audio.input.turn_detection
        is_waiting = response.plan.is_default and not self.listening.is_speaking
        if isinstance(detection, ServerVad) and detection.idle_timeout_ms and is_waiting:
            self._idling.arm(response.unplayed_secs + detection.idle_timeout_ms / 1000)

    async def _prompted_by_silence(self) -> None:
        """The user has not said anything for as long as `idle_timeout_ms`."""
        if self.listening.is_speaking or self.listening.is_too_short or self.responses.active:
            return
        times = {"audio_start_ms": self.listening.start_ms, "audio_end_ms": self.listening.now_ms}
        speech = self.listening.commit()
        await self._wire.send(event("input_audio_buffer.timeout_triggered", **times, item_id=speech.item_id))
        await self.commit(speech)
        await self._answer()
