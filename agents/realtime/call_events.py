"""A call over WebRTC, told as a WebSocket would tell it."""

import asyncio
import base64
import json
import uuid
from collections import deque
from collections.abc import Callable

from .connection import Event
from .events import announces_sound, is_broken_off, is_of_speech, read_event, response_of
from .voice import Voice

_BUFFER = "output_audio_buffer."
_BEHIND_THE_VOICE = (
    "response.output_audio.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.done",
)
_START_SECS = 1.0
"""How long an answer that is to be spoken may be complete before the first of it is heard."""

_TAIL_SECS = 0.25
"""How long the last sound may take after its end was announced."""

_REMEMBERED = 8
_CLEAR_SECS = 1.0
"""How long the other side may take to stop speaking."""


class CallEvents:
    """Puts the model's voice between its events, and keeps what must stand behind it until it was heard.

    `tell` is given what a WebSocket's client would read. Sound travels in real time, and text ahead of
    it: so `response.done` and what ends an answer's sound wait for `output_audio_buffer.stopped`, and
    what comes of the next answer waits behind them.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._voice = Voice(self._spoken, self._ended)
        self._speaking: str | None = None
        self._is_muted = False
        self._parts: dict[str, Event] = {}
        self._unheard: set[str] = set()
        self._generated: set[str] = set()
        self._waiting: deque[Event] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def hear(self, pcm: bytes) -> None:
        """What came in on the track: mono s16le at `MODEL_RATE_HZ`."""
        self._voice.hear(pcm)

    def take(self, text: str) -> None:
        """What came in on the data channel."""
        event = read_event(text)
        if event is None:
            self._tell(text)
        elif event["type"].startswith(_BUFFER):
            self._heed(event)
        else:
            self._note(event)
            self._pass_on(event)

    def to_send(self, event: Event) -> list[Event]:
        """What the other side has to be told, so that it does what it would do over a WebSocket."""
        match event["type"]:
            case "conversation.item.truncate":
                return self._silence()
            case "response.cancel" if self._is_all_generated():
                return self._silence()
            case "response.cancel":
                return [event, *self._silence()]
        return [event]

    def close(self) -> None:
        """Waits for nothing any more."""
        self._stop_waiting()

    def _heed(self, event: Event) -> None:
        """Follows the other side's speaking: it starts, has said all, or was told to be silent."""
        match event["type"].removeprefix(_BUFFER):
            case "started":
                self._voice.end()
                self._stop_waiting()
                self._speaking, self._is_muted = event.get("response_id"), False
                self._voice.start()
            case "stopped" if self._voice.is_on:
                self._voice.finish()
                self._wait(_TAIL_SECS, self._voice.end)
            case "cleared":
                self._voice.drop()

    def _note(self, event: Event) -> None:
        """Keeps in mind where an answer's sound belongs, and that some is to come."""
        response_id = response_of(event)
        if event["type"] == "response.done" and response_id:
            self._generated.add(response_id)
            if is_broken_off(event):
                self._unheard.discard(response_id)
        elif announces_sound(event) and response_id and response_id not in self._parts:
            self._parts = dict([*self._parts.items(), (response_id, event)][-_REMEMBERED:])
            self._unheard.add(response_id)

    def _pass_on(self, event: Event) -> None:
        if not self._must_wait(event):
            self._say(event)
            return
        self._waiting.append(event)
        if self._timer is None and not self._voice.is_on:
            self._wait(_START_SECS, self._give_up)

    def _must_wait(self, event: Event) -> bool:
        """Whether it stands behind a voice that is not over: its own, or that of an earlier answer."""
        if not event["type"].startswith("response."):
            return False
        response_id = response_of(event)
        if self._waiting and response_of(self._waiting[0]) != response_id:
            return True
        is_unheard = response_id in self._unheard
        return is_unheard and event["type"] in _BEHIND_THE_VOICE and is_of_speech(event)

    def _say(self, event: Event) -> None:
        if event["type"] == "response.done":
            self._forget(response_of(event))
        self._tell(json.dumps(event))

    def _spoken(self, pcm: bytes) -> None:
        if self._is_muted or self._speaking is None:
            return
        part = self._parts.get(self._speaking, {})
        self._tell(
            json.dumps(
                {
                    "type": "response.output_audio.delta",
                    "event_id": f"event_{uuid.uuid4().hex[:24]}",
                    "response_id": self._speaking,
                    "item_id": part.get("item_id", ""),
                    "output_index": part.get("output_index", 0),
                    "content_index": part.get("content_index", 0),
                    "delta": base64.b64encode(pcm).decode(),
                }
            )
        )

    def _ended(self) -> None:
        """The answer was heard to its end: what waited behind it may go on."""
        self._stop_waiting()
        if self._speaking:
            self._unheard.discard(self._speaking)
        self._speaking, self._is_muted = None, False
        self._go_on()

    def _give_up(self) -> None:
        """No sound comes of an answer that was to have some."""
        self._timer = None
        self._unheard.clear()
        self._go_on()

    def _go_on(self) -> None:
        waiting, self._waiting = self._waiting, deque()
        for event in waiting:
            self._pass_on(event)

    def _silence(self) -> list[Event]:
        if self._is_muted or not (self._voice.is_on or self._unheard):
            return []
        if not self._voice.is_on:
            return [{"type": "output_audio_buffer.clear"}]
        self._is_muted = True
        self._wait(_CLEAR_SECS, self._voice.drop)
        return [{"type": "output_audio_buffer.clear"}]

    def _is_all_generated(self) -> bool:
        """Whether only the voice of an answer is left, and no later one has begun."""
        has_next = any(event["type"] == "response.created" for event in self._waiting)
        return self._voice.is_on and self._speaking in self._generated and not has_next

    def _forget(self, response_id: str | None) -> None:
        if response_id:
            self._unheard.discard(response_id)
            self._generated.discard(response_id)

    def _wait(self, secs: float, then: Callable[[], None]) -> None:
        self._stop_waiting()
        self._timer = asyncio.get_running_loop().call_later(secs, then)

    def _stop_waiting(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = None
