"""What the user said, written down beside the answer: as at OpenAI by another model, in its own time."""

import asyncio

from ..request_log import Entry
from .answering import HEARD, Commit, Dropped, transcribed
from .context import Context
from .item import Item
from .listening import Speech
from .shapes import Transcription
from .wire import Gone


class Transcripts:
    """Each stretch of speech is a request of stage `stt`, with its own delay and fault."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._running: set[asyncio.Task[None]] = set()

    def begin(self, speech: Speech, item: Item, transcription: Transcription) -> None:
        """Writes it down, which the client is told as it happens."""
        behaviour = self._context.parts.behaviours.take("stt", self._context.call)
        audio_secs = round(speech.length_ms / 1000, 3)
        entry = Entry(
            "stt",
            self._context.call,
            model=transcription.model,
            fault=behaviour.fault,
            bytes=round(speech.length_ms * 48),
            audio_secs=audio_secs,
        )
        self._context.parts.log.add(entry)
        at = asyncio.get_running_loop().time()
        hearing = asyncio.shield(speech.hearing) if behaviour.fault in HEARD else None
        commit = Commit(speech.item_id, hearing, audio_secs, behaviour, entry, at)
        task = asyncio.create_task(self._write_down(commit, item))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def close(self) -> None:
        """Ends what is under way."""
        for task in self._running:
            task.cancel()

    async def _write_down(self, commit: Commit, item: Item) -> None:
        try:
            async for each in transcribed(commit):
                if isinstance(each, dict) and "transcript" in each:
                    item.shape["content"][0]["transcript"] = each["transcript"]
                await self._context.wire.send(each)
        except Dropped:
            self._context.wire.drop()
        except Gone:
            return
