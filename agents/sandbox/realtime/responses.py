"""The responses of a session: one at a time in the conversation, any number beside it."""

import asyncio
from collections.abc import Callable

from .context import Context
from .events import Event, RefusedEvent
from .plan import Plan
from .response import Response
from .wire import Gone


class Responses:
    """Begins and ends responses; `then` is told of each that has ended by itself."""

    def __init__(self, context: Context, then: Callable[[Response], None]) -> None:
        self._context = context
        self._then = then
        self._running: set[Response] = set()

    @property
    def active(self) -> Response | None:
        """The one that the conversation is waiting for."""
        return next((each for each in self._running if each.plan.is_default and not each.is_over), None)

    def create(self, plan: Plan) -> None:
        """Begins a response.

        Raises:
            RefusedEvent: the conversation has one already.
        """
        if plan.is_default and (active := self.active):
            message = (
                f"Conversation already has an active response in progress: {active.id}. "
                "Wait until the response is finished before creating a new one."
            )
            raise RefusedEvent(message, "conversation_already_has_active_response")
        response = Response(self._context, plan)
        self._running.add(response)
        response.task.add_done_callback(lambda task: self._ended(response, task))

    async def interrupt(self) -> None:
        """The user speaks: the conversation's response is broken off."""
        if active := self.active:
            await active.cancel("turn_detected")

    async def cancel(self, said: Event) -> None:
        """`response.cancel`: the conversation's response, or the one that is named.

        Raises:
            RefusedEvent: there is no such response.
        """
        wanted = said.get("response_id")
        named = (each for each in self._running if each.id == wanted and not each.is_over)
        found = next(named, None) if wanted else self.active
        if found is None:
            message = "Cancellation failed: no active response found"
            raise RefusedEvent(message, "response_cancel_not_active")
        await found.cancel("client_cancelled")

    async def close(self) -> None:
        """Ends all of them, telling nobody."""
        tasks = [each.task for each in self._running]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, response: Response, task: asyncio.Task[None]) -> None:
        self._running.discard(response)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._then(response)
        elif not isinstance(error, Gone):
            raise error
