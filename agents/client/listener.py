"""The listening half of a call: takes what comes in, and waits for it."""

import asyncio
from collections.abc import Callable, Sequence

from ..wire import VOICE_SAMPLE_RATE_HZ
from . import frames
from .errors import CallOver, Overdue
from .line import LOST, Line
from .log import CallLog, Message, Observer, SeenState, Voice, unwrap
from .words import ending


class Listener:
    """Reads a line until it ends, keeps the record, and tells observers.

    Times are seconds since the call was connected. Every wait raises `Overdue` when its time is up
    and `CallOver` when the call ends first.
    """

    def __init__(self, line: Line, observers: Sequence[Observer] = ()) -> None:
        self.log = CallLog()
        self.close_code: int | None = None
        """The close code once the call is over, 1006 for a lost connection; over WebRTC the same codes."""
        self._line = line
        self._observers = observers
        self._loop = asyncio.get_running_loop()
        self._connected_at_secs = self._loop.time()
        self._changed = asyncio.Event()

    def now(self) -> float:
        """Seconds since the call was connected."""
        return self._loop.time() - self._connected_at_secs

    @property
    def states(self) -> list[SeenState]:
        """All states so far, in order."""
        return self.log.states

    @property
    def messages(self) -> list[Message]:
        """All messages so far, in order."""
        return self.log.messages

    @property
    def voice(self) -> list[Voice]:
        """All frames of the agent's voice so far, with the times at which they arrived."""
        return self.log.voice

    @property
    def chunks(self) -> list[Message]:
        """The `transcript-chunk` messages: what is stored for good."""
        return self.log.of("transcript-chunk")

    @property
    def errors(self) -> list[Message]:
        """The `agent-error` messages."""
        return self.log.of("agent-error")

    @property
    def metrics(self) -> list[Message]:
        """The `turn-metrics` messages."""
        return self.log.of("turn-metrics")

    @property
    def ending(self) -> str | None:
        """How the call ended, as a clause; None while it lasts."""
        if self.close_code is None:
            return None
        ended = self.log.of("call-ended")
        return ending(self.close_code, ended[-1].data.get("reason") if ended else None)

    async def until(self, true: Callable[[], bool], what: str, timeout_secs: float) -> None:
        """Waits until something is so; `true` is asked again whenever anything has happened.

        Raises:
            Overdue: it did not come to be; names `what` was awaited and what was seen.
            CallOver: the call ended first.
        """
        try:
            async with asyncio.timeout(timeout_secs):
                while not true():
                    if self.ending:
                        raise CallOver(self.ending)
                    await self._changed.wait()
        except TimeoutError:
            raise Overdue(f"waited {timeout_secs:g} s for {what}; saw {self.log.summary()}") from None

    async def wait_for_state(self, state: str, timeout_secs: float = 10.0) -> SeenState:
        """The state, if the agent is in it or comes by it from now on."""
        first = max(len(self.states) - 1, 0)

        def seen() -> SeenState | None:
            return next((each for each in self.states[first:] if each.state == state), None)

        await self.until(lambda: seen() is not None, f"the state {state}", timeout_secs)
        return seen() or self.states[-1]

    async def wait_for_message(
        self, type: str, timeout_secs: float = 10.0, since_secs: float = 0.0
    ) -> Message:
        """The first message of a type that came, or comes, at or after a time."""

        def seen() -> list[Message]:
            return self.log.of(type, since_secs=since_secs)

        await self.until(lambda: bool(seen()), f"the message {type}", timeout_secs)
        return seen()[0]

    async def wait_for_close(self, timeout_secs: float = 10.0) -> int:
        """The close code of a call that the other side ends."""
        await self.until(lambda: self.close_code is not None, "the end of the call", timeout_secs)
        return self.close_code or LOST

    async def _read(self) -> None:
        try:
            async for arrived in self._line.incoming():
                self._take(arrived)
                self._wake()
        finally:
            self.close_code = self._line.close_code or LOST
            self._wake()

    def _take(self, arrived: frames.Arrival) -> None:
        if isinstance(arrived, frames.AudioFrame):
            try:
                return self._take_voice(arrived)
            except ValueError as error:
                arrived = frames.unreadable(error)
        message = unwrap(arrived, self.now())
        self.log.add(message)
        for observer in self._observers:
            observer.message(message)

    def _take_voice(self, frame: frames.AudioFrame) -> None:
        if (frame.sample_rate_hz, frame.num_channels) != (VOICE_SAMPLE_RATE_HZ, 1):
            raise ValueError(f"a voice of {frame.sample_rate_hz} Hz in {frame.num_channels} channels")
        voice = Voice(self.now(), frame.pcm)
        self.log.voice.append(voice)
        for observer in self._observers:
            observer.voice(voice)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
