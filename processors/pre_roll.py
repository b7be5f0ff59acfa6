"""What was heard just before somebody was noticed to speak: the first word lies in it."""

PRE_ROLL_SECS = 1.0
"""How much of it is kept: a detector takes some tenths of a second until it is sure."""


class PreRoll:
    """Keeps the last of what is heard while nobody speaks; mono, signed 16 bit, at `rate_hz`."""

    def __init__(self, rate_hz: int) -> None:
        self._most_bytes = int(2 * rate_hz * PRE_ROLL_SECS)
        self._heard = bytearray()

    def add(self, audio: bytes) -> None:
        """Hears on; the oldest is forgotten."""
        self._heard += audio
        del self._heard[: -self._most_bytes]

    def take(self) -> bytes:
        """What is kept, once."""
        heard = bytes(self._heard)
        self._heard.clear()
        return heard

    def clear(self) -> None:
        """What was heard until now is nobody's to hear."""
        self._heard.clear()
