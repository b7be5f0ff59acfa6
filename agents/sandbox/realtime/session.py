"""A speech-to-speech session: what the client says is obeyed, what the user says is answered."""

import asyncio
import time
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..parts import Parts
from .codec import SoundDecoder
from .context import Context
from .conversation import Conversation
from .events import Event, RefusedEvent, error_of, event, new_id, read_event
from .idling import Idling
from .item import Item, of_client, of_speech, sound_of
from .item_shapes import read_item
from .listening import Began, Ended, Listening, Speech
from .plan import planned
from .playback import Playback
from .response import Response
from .responses import Responses
from .session_shapes import ServerVad, SessionConfig, configured
from .transcripts import Transcripts
from .voice_activity import load_model
from .wire import Gone, Wire

_LIFE_SECS = 3_600
"""OpenAI ends a session after an hour; this one only says so."""

_OBEYED = (
    "session.update",
    "input_audio_buffer.append",
    "input_audio_buffer.clear",
    "input_audio_buffer.commit",
    "conversation.item.create",
    "conversation.item.delete",
    "conversation.item.retrieve",
    "conversation.item.truncate",
    "response.create",
    "response.cancel",
)


class RealtimeSession:
    """One session, over whichever wire.

    A wire on which sound travels apart calls `hear` with what its microphone brings, and plays what
    `playback.take` gives; all else goes by `run`.
    """

    def __init__(self, wire: Wire, parts: Parts, call: str | None, config: SessionConfig) -> None:
        self.playback = Playback(self._tell_later) if wire.apart else None
        self._config = config
        self._wire = wire
        self._id = new_id("sess")
        self._expires_at = int(time.time()) + _LIFE_SECS
        self._conversation = Conversation()
        context = Context(wire, parts, call, config.model or "", self.playback, self._conversation)
        self._listening = Listening(parts.ears)
        self._responses = Responses(context, self._answered)
        self._transcripts = Transcripts(context)
        self._idling = Idling(self._prompted_by_silence)
        self._to_tell: asyncio.Queue[Event] = asyncio.Queue()
        self._configure(config)

    async def greet(self) -> None:
        """Says `session.created`."""
        await asyncio.to_thread(load_model)
        await self._wire.send(event("session.created", session=self._shape()))

    async def run(self) -> None:
        """Obeys the client until it goes."""
        telling = asyncio.create_task(self._tell())
        try:
            while True:
                await self._take(await self._wire.receive())
        except Gone:
            pass
        finally:
            telling.cancel()
            self._idling.disarm()
            self._transcripts.close()
            await self._responses.close()

    async def hear(self, pcm: bytes) -> None:
        """Takes what the user's microphone brings, mono s16le at 24 kHz.

        Raises:
            Gone: the client went.
        """
        async for turn in self._listening.hear(pcm):
            if isinstance(turn, Began):
                await self._began(turn)
            else:
                await self._ended(turn)

    async def _take(self, text: str | None) -> None:
        said: Event | None = None
        try:
            said = read_event(text)
            await self._obey(said)
        except RefusedEvent as refused:
            await self._wire.send(error_of(refused, said))

    async def _obey(self, said: Event) -> None:
        conversation = self._conversation
        match said["type"]:
            case "session.update":
                self._configure(configured(self._config, said))
                await self._wire.send(event("session.updated", session=self._shape()))
            case "input_audio_buffer.append":
                await self.hear(self._decoder.decode(sound_of(said.get("audio"), "audio")))
            case "input_audio_buffer.clear":
                self._listening.clear()
                await self._wire.send(event("input_audio_buffer.cleared"))
            case "input_audio_buffer.commit":
                await self._commit(self._listening.commit())
            case "conversation.item.create":
                await self._create_item(said)
            case "conversation.item.delete":
                await self._wire.send(conversation.delete(said))
            case "conversation.item.retrieve":
                await self._wire.send(conversation.retrieve(said))
            case "conversation.item.truncate":
                await self._wire.send(conversation.truncate(said))
            case "response.create":
                self._create_response(said)
            case "response.cancel":
                await self._responses.cancel(said)
            case "output_audio_buffer.clear" if self.playback:
                await self._clear_playback()
            case unknown:
                known = ", ".join(f"'{each}'" for each in _OBEYED)
                message = f"Invalid value: '{unknown}'. Supported values are: {known}."
                raise RefusedEvent(message, "invalid_value", "type")

    def _configure(self, config: SessionConfig) -> None:
        if self._conversation.has_voice and config.audio.output.voice != self._config.audio.output.voice:
            message = "Cannot update a conversation's voice if assistant audio is present."
            raise RefusedEvent(message, "cannot_update_voice", "session.audio.output.voice")
        self._config = config
        self._decoder = SoundDecoder(config.audio.input.format.type)
        self._listening.configure(config.audio.input.turn_detection)

    async def _began(self, turn: Began) -> None:
        """The user speaks, which may end an answer."""
        self._idling.disarm()
        said = {"audio_start_ms": turn.at_ms, "item_id": turn.item_id}
        await self._wire.send(event("input_audio_buffer.speech_started", **said))
        detection = self._config.audio.input.turn_detection
        if detection and detection.interrupt_response:
            await self._responses.interrupt()
            await self._clear_playback()

    async def _ended(self, turn: Ended) -> None:
        """The user's turn is over, and is answered."""
        said = {"audio_end_ms": turn.at_ms, "item_id": turn.speech.item_id}
        await self._wire.send(event("input_audio_buffer.speech_stopped", **said))
        await self._commit(turn.speech)
        await self._answer_turn()

    async def _answer_turn(self) -> None:
        detection = self._config.audio.input.turn_detection
        if detection and detection.create_response:
            try:
                self._responses.create(planned(self._config))
            except RefusedEvent as refused:
                await self._wire.send(error_of(refused, None))

    async def _commit(self, speech: Speech) -> None:
        before = self._conversation.last_id
        item = of_speech(speech.item_id, speech.hearing, speech.length_ms)
        added = self._conversation.add(item)
        committed = {"item_id": item.id, "previous_item_id": before}
        await self._wire.send(event("input_audio_buffer.committed", **committed))
        await self._wire.send(added)
        await self._wire.send(self._conversation.told(item, "done"))
        if transcription := self._config.audio.input.transcription:
            self._transcripts.begin(speech, item, transcription)

    async def _create_item(self, said: Event) -> None:
        item = self._item(said.get("item"), "item")
        await self._wire.send(self._conversation.add(item, said.get("previous_item_id")))
        await self._wire.send(self._conversation.told(item, "done"))

    def _item(self, given: object, param: str) -> Item:
        kind = self._config.audio.input.format.type
        return of_client(
            read_item(given, param), lambda sound: self._listening.listen(SoundDecoder(kind).decode(sound))
        )

    def _create_response(self, said: Event) -> None:
        plan = planned(self._config, said)
        if plan.input is not None:
            plan = replace(plan, items=tuple(self._given_or_known(each) for each in plan.input))
        self._idling.disarm()
        self._responses.create(plan)

    def _given_or_known(self, given: dict[str, Any]) -> Item:
        if given.get("type") == "item_reference":
            return self._conversation.find(given.get("id"), "reference")
        return self._item(given, "response.input")

    async def _clear_playback(self) -> None:
        """What was not heard is not said, where the server is the one that plays."""
        broken_off = self.playback.clear() if self.playback else None
        if broken_off:
            with suppress(RefusedEvent):  # the item was deleted, or never was in the conversation
                item = self._conversation.find(broken_off.item_id, "truncate")
                await self._wire.send(self._conversation.cut_short(item, broken_off.audio_end_ms))

    def _answered(self, response: Response) -> None:
        """A response has ended by itself."""
        detection = self._config.audio.input.turn_detection
        if isinstance(detection, ServerVad) and detection.idle_timeout_ms and response.plan.is_default:
            self._idling.arm(response.unplayed_secs + detection.idle_timeout_ms / 1000)

    async def _prompted_by_silence(self) -> None:
        """The user has not said anything for as long as `idle_timeout_ms`."""
        if self._listening.is_speaking or self._listening.is_too_short or self._responses.active:
            return
        start_ms, end_ms = self._listening.start_ms, self._listening.now_ms
        speech = self._listening.commit()
        times = {"audio_start_ms": start_ms, "audio_end_ms": end_ms}
        await self._wire.send(event("input_audio_buffer.timeout_triggered", **times, item_id=speech.item_id))
        await self._commit(speech)
        await self._answer_turn()

    def _tell_later(self, said: Event) -> None:
        self._to_tell.put_nowait(said)

    async def _tell(self) -> None:
        """What playback says, from wherever it is played."""
        with suppress(Gone):
            while True:
                await self._wire.send(await self._to_tell.get())

    def _shape(self) -> dict[str, Any]:
        head = {"object": "realtime.session", "id": self._id, "expires_at": self._expires_at}
        return {**head, **self._config.model_dump()}
