"""What a session listens to of the sound that it keeps."""

from ..ears import Ears
from ..following import Following, heard_at_once
from .item import Hearing
from .shapes import WIRE_RATE_HZ


class Attention:
    """Follows one utterance after the other; all listening that it began ends with it."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears
        self._following: Following | None = None
        self._early: Hearing | None = None
        self._hearings: set[Hearing] = set()

    @property
    def understood_secs(self) -> float:
        """How much of what is being said has been understood ahead of its end."""
        return self._following.understood_secs if self._following else 0.0

    @property
    def is_following(self) -> bool:
        """Whether an utterance has begun and is not over."""
        return self._following is not None

    def follow(self, pcm: bytes) -> None:
        """An utterance begins with this, mono s16le at `WIRE_RATE_HZ`."""
        self.forget()
        self._following = Following(self._ears, WIRE_RATE_HZ)
        self._following.feed(pcm)

    def feed(self, pcm: bytes) -> None:
        """The utterance goes on, if one is followed."""
        if self._following:
            self._following.feed(pcm)

    def listen_early(self, size: int) -> None:
        """The utterance may be over after so many bytes."""
        assert self._following, "it has begun"
        self._early = self._kept(self._following.heard(size))

    def forget_early(self) -> None:
        """It was not over."""
        if self._early:
            self._early.cancel()
        self._early = None

    def take(self, size: int | None = None) -> Hearing:
        """The utterance is over, after so many bytes or with all that was fed."""
        assert self._following, "it has begun"
        hearing = self._early or self._kept(self._following.heard(size))
        self._early = None
        self.forget()
        return hearing

    def forget(self) -> None:
        """The utterance is of no interest."""
        self.forget_early()
        if self._following:
            self._following.stop()
        self._following = None

    def listen(self, pcm: bytes) -> Hearing:
        """To sound that is no part of the utterance."""
        return self._kept(heard_at_once(self._ears, pcm, WIRE_RATE_HZ))

    def close(self) -> None:
        """Ends all listening, also to what was taken."""
        self.forget()
        for hearing in self._hearings:
            hearing.cancel()

    def _kept(self, hearing: Hearing) -> Hearing:
        self._hearings.add(hearing)
        hearing.add_done_callback(self._hearings.discard)
        return hearing
