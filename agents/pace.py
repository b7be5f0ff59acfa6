"""The clock that speech is sent by."""

LONGEST_LAG_SECS = 0.25
"""A pause longer than this is one: what follows begins a new stretch of speech."""


def on_the_clock(due: float, now: float) -> float:
    """When the next piece is to be sent: when it was due, however late; now where speech begins anew."""
    return due if now - due <= LONGEST_LAG_SECS else now
