"""One response: from the end of a turn to `response.done`, or to the fault that is set for it."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from ..completion import tokens_of
from ..refusal import of_fault
from ..request_log import Entry
from .codec import Format
from .context import Context, unix_ms
from .events import Event, event, new_id
from .output import Call, Message, Output
from .plan import Plan
from .speaking import Manner, spoken, written
from .thinking import Thought, think
from .usage import rate_limits, usage

_MALFORMED = '{"type": "response.\x07'
_UNTOLD = ("hang", "refuse", "malformed", "401")
"""Faults with which there is no `response.created`."""

_OPENING_WORDS = 2
"""How many words of a text are out when `stall` and `cut` strike; of speech, as many as its first sound."""


class Response:
    """An answer under way, made by `task`; `cancel` ends it early, and `is_over` once its end was told."""

    def __init__(self, context: Context, plan: Plan) -> None:
        self.id = new_id("resp")
        self.plan = plan
        self.is_over = False
        self.audio_ms = 0.0
        self._context = context
        self._since = asyncio.get_running_loop().time()
        self._behaviour = context.parts.behaviours.take("realtime", context.call)
        entry = Entry("realtime", context.call, model=context.model, turn_end_unix_ms=unix_ms())
        self._entry = context.parts.log.add(entry)
        self._entry.fault = self._behaviour.fault
        self._thought: Thought | None = None
        self._outputs: list[Output] = []
        self._open: Output | None = None
        self._words = 0
        self._is_told = False
        self._task = asyncio.create_task(self._run())

    @property
    def task(self) -> asyncio.Task[None]:
        """The making of it; raises `Gone` if the client went."""
        return self._task

    @property
    def unplayed_secs(self) -> float:
        """How long the rest of its sound takes a client that plays it as it comes."""
        began = self._entry.first_audio_unix_ms
        return max(0.0, self.audio_ms - (unix_ms() - began)) / 1000 if began else 0.0

    async def cancel(self, reason: str) -> None:
        """Breaks it off: `turn_detected` or `client_cancelled`."""
        self._task.cancel()
        await asyncio.wait([self._task])
        if self.is_over:
            return
        if self._open:
            await self._finish("incomplete")
        await self._end("cancelled", reason=reason)

    async def _run(self) -> None:
        fault = self._behaviour.fault
        if fault == "refuse":
            self._context.wire.drop()
        if fault in ("hang", "refuse"):
            await asyncio.Event().wait()
        if fault not in _UNTOLD:
            await self._begin()
        await self._make_up_mind()
        if fault == "malformed":
            self.is_over = True
            await self._context.wire.send(_MALFORMED)
        elif fault == "401":
            self.is_over = True
            await self._context.wire.send(event("error", error={**of_fault(fault).error, "event_id": None}))
        elif fault in ("429", "500"):
            await self._end("failed", error=of_fault(fault).error)
        else:
            await self._answer(is_empty=fault == "empty")

    async def _begin(self) -> None:
        self._is_told = True
        await self._context.wire.send(event("response.created", response=self._shape("in_progress")))
        await self._context.wire.send(rate_limits())

    async def _make_up_mind(self) -> None:
        """Listens, thinks, and waits for the delay that is set."""
        items = self._context.conversation if self.plan.items is None else self.plan.items
        self._thought = await think(self.plan, items)
        self._entry.asked, self._entry.heard = self._thought.asked, self._thought.heard
        due = self._since + (self._behaviour.delay_ms or 0) / 1000
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))

    async def _answer(self, *, is_empty: bool) -> None:
        assert self._thought, "it was thought"
        said = self._thought.said
        for call in () if is_empty else said.calls:
            await self._call(call.name, json.dumps(call.arguments))
        is_whole = True
        if said.text and not is_empty:
            is_whole = await self._speak(said.text)
        if is_whole:
            await self._end("completed")
        else:
            await self._end("incomplete", reason="max_output_tokens")

    async def _call(self, name: str, arguments: str) -> None:
        call = Call(self._context, self._entry, self.id, len(self._outputs), name)
        await self._open_item(call)
        for token in tokens_of(arguments):
            self._words += 1
            await call.write(token)
            await self._break_off()
        await self._finish("completed")

    async def _speak(self, text: str) -> bool:
        """Whether all of it could be said."""
        sound = self._sound if self.plan.is_spoken else None
        message = Message(self._context, self._entry, self.id, len(self._outputs), sound)
        limit = self.plan.max_output_tokens
        async with aclosing(self._pieces(text)) as pieces:
            async for piece in pieces:
                if self._open is None:
                    await self._open_item(message)
                if isinstance(piece, bytes):
                    await message.sound(piece)
                    self.audio_ms = message.item.audio_ms
                    await self._break_off()
                    continue
                if isinstance(limit, int) and self._words >= limit:
                    await self._finish("incomplete")
                    return False
                self._words += 1
                await message.write(piece)
                if not sound and self._words >= _OPENING_WORDS:
                    await self._break_off()
        await self._finish("completed")
        return True

    def _pieces(self, text: str) -> AsyncGenerator[str | bytes]:
        per_token_secs = (self._behaviour.per_token_ms or 0) / 1000
        if not self.plan.is_spoken:
            return written(text, per_token_secs)
        manner = Manner(
            self.plan.voice_name, self.plan.speed, self._sound, per_token_secs, self._behaviour.speed
        )
        return spoken(text, self._context.parts.voice, manner)

    @property
    def _sound(self) -> Format:
        """Sound that travels apart is PCM until the wire makes something else of it."""
        return "audio/pcm" if self._context.playback else self.plan.sound.type

    async def _break_off(self) -> None:
        if self._behaviour.fault == "cut":
            self._context.wire.drop()
        if self._behaviour.fault in ("cut", "stall"):
            await asyncio.Event().wait()

    async def _open_item(self, output: Output) -> None:
        self._open = output
        self._outputs.append(output)
        await output.begin(is_default=self.plan.is_default)

    async def _finish(self, status: str) -> None:
        assert self._open, "there is one"
        finished, self._open = self._open, None
        await finished.finish(status)

    async def _end(self, status: str, **details: Any) -> None:
        self.is_over = True
        if self._is_told:
            shape = self._shape(status, {"type": status, **details} if details else None)
            await self._context.wire.send(event("response.done", response=shape))

    def _shape(self, status: str, details: Event | None = None) -> dict[str, Any]:
        is_done = status != "in_progress"
        return {
            "id": self.id,
            "object": "realtime.response",
            "status": status,
            "status_details": details,
            "conversation_id": self._context.conversation.id if self.plan.is_default else None,
            "output": [output.item.shape for output in self._outputs] if is_done else [],
            "usage": usage(self._thought, self._words, self.audio_ms) if is_done else None,
            **self.plan.shape(),
        }
