"""What Pipecat is given in a trial so that it tells what it would keep to itself."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any

from pipecat.frames.frames import Frame, StartFrame
from pipecat.observers.base_observer import BaseObserver, FrameProcessed
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.utils.asyncio.task_manager import TaskManager


class Telling(TaskManager):
    """Tells what a task raises; Pipecat's own only logs it."""

    def __init__(self, tell: Callable[[BaseException, str], None]) -> None:
        super().__init__()
        self._tell = tell

    def create_task(
        self, coroutine: Coroutine[Any, Any, Any], name: str, context: Context | None = None
    ) -> "asyncio.Task[Any]":
        """Makes the task, and watches over what it does."""
        task = super().create_task(self._told(coroutine, name), name, context)
        task.add_done_callback(lambda _: coroutine.close())
        return task

    async def _told(self, coroutine: Coroutine[Any, Any, Any], name: str) -> Any:
        try:
            return await coroutine
        except Exception as error:
            self._tell(error, f"its own in task {name.rpartition('::')[2]}")
            raise


class SeenByBase(BaseObserver):
    """Knows which frames reached `FrameProcessor.process_frame`."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: list[tuple[FrameProcessor, Frame]] = []

    async def on_process_frame(self, data: FrameProcessed) -> None:
        """Keeps the start of the call."""
        if isinstance(data.frame, StartFrame):
            self._seen.append((data.processor, data.frame))

    def has_seen(self, processor: FrameProcessor, frame: Frame) -> bool:
        """Whether this processor let the base class have this frame."""
        return any(p is processor and f is frame for p, f in self._seen)
