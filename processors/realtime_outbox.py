"""What is on its way to a realtime model: sound and events, in their order."""

import asyncio
import time
from collections import deque
from math import inf

from ..agents.realtime.connection import MODEL_RATE_HZ, Event
from .pre_roll import PRE_ROLL_SECS

MOST_KEPT_SECS = 30.0
"""How much sound is kept at most: of a turn, and of what is said while there is no session."""

CATCH_UP_SECS = 3.0
"""How long after much was sent at once the model may begin to tell what it hears in it."""

COMMIT, CLEAR = "input_audio_buffer.commit", "input_audio_buffer.clear"

_BYTES_PER_SEC = 2 * MODEL_RATE_HZ


class RealtimeOutbox:
    """Holds what is to be sent, and what was sent of a turn that is not over.

    A session that is lost while the user speaks has heard half a turn: the next one hears all of it.
    """

    def __init__(self) -> None:
        self._waiting: deque[bytes | Event] = deque()
        self._sent: deque[bytes] = deque()
        self._news = asyncio.Event()
        self._keeps_turn = False
        self._behind_at = -inf

    def put(self, what: bytes | Event) -> None:
        """Sends it, once there is a session."""
        self._waiting.append(what)
        self._news.set()

    def hear(self, audio: bytes) -> None:
        """Sends what the microphone heard; of what waits too long the oldest is dropped."""
        self.put(audio)
        _shorten(self._waiting, MOST_KEPT_SECS)
        self._note_backlog()

    def begin_turn(self, pre_roll_secs: float) -> None:
        """The user speaks, and did so in the last of what was sent: all that is sent from now on is kept."""
        _shorten(self._sent, pre_roll_secs)
        self._keeps_turn = True

    def end_turn(self, after_secs: float) -> bytes:
        """The user's turn is over; returns its sound, or the last of it.

        Of what was sent the last `after_secs` are no part of the turn: the next may have begun in them.
        """
        self._keeps_turn = False
        sound = b"".join(self._unsettled())
        _shorten(self._sent, after_secs)
        return sound

    async def take(self) -> bytes | Event:
        """What is to be sent next."""
        while not self._waiting:
            self._news.clear()
            await self._news.wait()
        return self._waiting.popleft()

    def sent(self, audio: bytes) -> None:
        """The model has heard as much."""
        self._sent.append(audio)
        is_catching_up = time.monotonic() - self._behind_at < CATCH_UP_SECS
        _shorten(self._sent, MOST_KEPT_SECS if self._keeps_turn or is_catching_up else PRE_ROLL_SECS)

    def again(self) -> None:
        """What was sent last is to be sent once more, to another session; events were for the one before."""
        self._waiting = deque(self._unsettled())
        self._sent.clear()
        self._note_backlog()

    def drop_sound(self) -> None:
        """What was heard until now is nobody's to hear; events stay."""
        self._waiting = deque(each for each in self._waiting if not isinstance(each, bytes))
        self._sent.clear()

    def forget(self) -> int:
        """Nothing of it is anybody's to hear; returns how many commits were on their way."""
        commits = sum(not isinstance(each, bytes) and each["type"] == COMMIT for each in self._waiting)
        self._waiting.clear()
        self._sent.clear()
        self._keeps_turn = False
        return commits

    def _unsettled(self) -> list[bytes]:
        """The sound, sent or not, behind the last that was committed or cleared."""
        sound = list(self._sent)
        for each in self._waiting:
            if isinstance(each, bytes):
                sound.append(each)
            elif each["type"] in (COMMIT, CLEAR):
                sound.clear()
        return sound

    def _note_backlog(self) -> None:
        if _size(self._waiting) > PRE_ROLL_SECS * _BYTES_PER_SEC:
            self._behind_at = time.monotonic()


def _shorten(queue: deque, most_secs: float) -> None:
    """Drops the oldest sound; events stay."""
    too_much = _size(queue) - most_secs * _BYTES_PER_SEC
    while too_much > 0:
        oldest = next(each for each in queue if isinstance(each, bytes))
        queue.remove(oldest)
        too_much -= len(oldest)


def _size(queue: deque) -> int:
    return sum(len(each) for each in queue if isinstance(each, bytes))
