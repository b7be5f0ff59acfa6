"""What the model says on a wire on which sound travels apart: how far it has been played."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from .events import Event, event
from .shapes import WIRE_RATE_HZ


@dataclass
class _Spoken:
    """The sound of one item of a response, and what is left of it to be played."""

    response_id: str
    item_id: str
    left: bytearray = field(default_factory=bytearray)
    played_bytes: int = 0
    is_whole: bool = False
    has_started: bool = False


@dataclass(frozen=True)
class Interrupted:
    """An item of which only the beginning was heard."""

    item_id: str
    audio_end_ms: int


class Playback:
    """Queues sound until the wire fetches it, and tells the client when it starts and stops.

    The track calls `take` for every frame that it plays, in real time; silence comes where there is
    nothing to say. `tell` is given the events that only such a wire has, in order:
    `output_audio_buffer.started`, `.stopped` and `.cleared`, each with its `response_id`.
    """

    def __init__(self, tell: Callable[[Event], None]) -> None:
        self._tell = tell
        self._queue: deque[_Spoken] = deque()

    @property
    def is_playing(self) -> bool:
        """Whether there is something that has not been played yet."""
        return bool(self._queue)

    def add(self, response_id: str, item_id: str, pcm: bytes) -> None:
        """Queues more of an item's sound, mono s16le at `WIRE_RATE_HZ`."""
        if not self._queue or self._queue[-1].item_id != item_id:
            self._queue.append(_Spoken(response_id, item_id))
        self._queue[-1].left += pcm

    def finish(self, item_id: str) -> None:
        """Says that no more of this item comes."""
        for spoken in self._queue:
            if spoken.item_id == item_id:
                spoken.is_whole = True

    def take(self, size: int) -> bytes:
        """The next `size` bytes to play."""
        if not self._queue:
            return bytes(size)
        spoken = self._queue[0]
        if spoken.left and not spoken.has_started:
            spoken.has_started = True
            self._tell(event("output_audio_buffer.started", response_id=spoken.response_id))
        piece = bytes(spoken.left[:size])
        del spoken.left[:size]
        spoken.played_bytes += len(piece)
        if spoken.is_whole and not spoken.left:
            self._over("stopped", self._queue.popleft())
        return piece.ljust(size, b"\0")

    def clear(self) -> Interrupted | None:
        """Forgets what was not played; which item was broken off, and where, if one was."""
        if not self._queue:
            return None
        spoken = self._queue[0]
        self._queue.clear()
        self._over("cleared", spoken)
        return Interrupted(spoken.item_id, spoken.played_bytes * 1000 // (2 * WIRE_RATE_HZ))

    def _over(self, how: str, spoken: _Spoken) -> None:
        if spoken.has_started or how == "cleared":
            self._tell(event(f"output_audio_buffer.{how}", response_id=spoken.response_id))
