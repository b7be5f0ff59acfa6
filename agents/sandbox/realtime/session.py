"""A speech-to-speech session: what the client says is obeyed, what the user says is answered."""

import asyncio
import time
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..behaviour import Fault
from ..parts import Parts
from .codec import SoundDecoder
from .context import Context
from .conversation import Conversation
from .events import Event, RefusedEvent, event, new_id, obeyed
from .item import Item, of_client, sound_of
from .item_shapes import read_item
from .plan import planned
from .playback import Playback
from .session_shapes import SessionConfig, configured, shown
from .turns import Turns
from .voice_activity import load_model
from .wire import Gone, Wire

_LIFE_SECS = 3_600
"""OpenAI ends a session after an hour; this one only says so."""

LATER: tuple[Fault, ...] = ("empty",)
"""What cannot strike the opening of a speech-to-speech session waits for its first response."""

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
        self._wire = wire
        self._config = config
        self._id = new_id("sess")
        self._expires_at = int(time.time()) + _LIFE_SECS
        self._untold: asyncio.Queue[Event] = asyncio.Queue()
        self.playback = Playback(self._untold.put_nowait) if wire.apart else None
        self._conversation = Conversation()
        context = Context(wire, parts, call, config.model or "", self.playback, self._conversation)
        self._turns = Turns(context, config)
        self._decoder = SoundDecoder(config.audio.input.format.type)

    @property
    def understood_secs(self) -> float:
        """How much of what is being said has been understood ahead of its end."""
        return self._turns.listening.understood_secs

    async def greet(self) -> None:
        """Says `session.created`."""
        await asyncio.to_thread(load_model)
        await self._wire.send(event("session.created", session=self._shape()))

    async def run(self) -> None:
        """Obeys the client until it goes."""
        telling = asyncio.create_task(self._tell())
        try:
            while True:
                await obeyed(await self._wire.receive(), self._obey, self._wire.send)
        except Gone:
            pass
        finally:
            telling.cancel()
            await self._turns.close()

    async def hear(self, pcm: bytes) -> None:
        """Takes what the user's microphone brings, mono s16le at 24 kHz.

        Raises:
            Gone: the client went.
        """
        await self._turns.hear(pcm)

    async def _obey(self, said: Event) -> None:
        conversation = self._conversation
        match said["type"]:
            case "session.update":
                self._configure(configured(self._config, said))
                await self._wire.send(event("session.updated", session=self._shape()))
            case "input_audio_buffer.append":
                await self.hear(self._decoder.decode(sound_of(said.get("audio"), "audio")))
            case "input_audio_buffer.clear":
                self._turns.listening.clear()
                await self._wire.send(event("input_audio_buffer.cleared"))
            case "input_audio_buffer.commit":
                await self._turns.commit(self._turns.listening.commit())
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
                await self._turns.responses.cancel(said)
            case "output_audio_buffer.clear" if self.playback:
                await self._turns.clear_playback()
            case unknown:
                known = ", ".join(f"'{each}'" for each in _OBEYED)
                message = f"Invalid value: '{unknown}'. Supported values are: {known}."
                raise RefusedEvent(message, "invalid_value", "type")

    def _configure(self, config: SessionConfig) -> None:
        if self._conversation.has_voice and config.audio.output.voice != self._config.audio.output.voice:
            message = "Cannot update a conversation's voice if assistant audio is present."
            raise RefusedEvent(message, "cannot_update_voice", "session.audio.output.voice")
        self._config = config
        if config.audio.input.format.type != self._decoder.kind:
            self._decoder = SoundDecoder(config.audio.input.format.type)
        self._turns.configure(config)

    async def _create_item(self, said: Event) -> None:
        item = self._item(said.get("item"), "item")
        await self._wire.send(self._conversation.add(item, said.get("previous_item_id")))
        await self._wire.send(self._conversation.told(item, "done"))

    def _item(self, given: object, param: str) -> Item:
        kind = self._config.audio.input.format.type
        return of_client(
            read_item(given, param),
            lambda sound: self._turns.listening.listen(SoundDecoder(kind).decode(sound)),
        )

    def _create_response(self, said: Event) -> None:
        plan = planned(self._config, said)
        if plan.input is not None:
            plan = replace(plan, items=tuple(self._given_or_known(each) for each in plan.input))
        self._turns.responses.create(plan)

    def _given_or_known(self, given: dict[str, Any]) -> Item:
        if given.get("type") == "item_reference":
            return self._conversation.find(given.get("id"), "reference")
        return self._item(given, "response.input")

    async def _tell(self) -> None:
        """What playback says, from wherever it is played."""
        with suppress(Gone):
            while True:
                await self._wire.send(await self._untold.get())

    def _shape(self) -> dict[str, Any]:
        head = {"object": "realtime.session", "id": self._id, "expires_at": self._expires_at}
        return {**head, **shown(self._config)}
