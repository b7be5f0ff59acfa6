"""What a person reads for what the wire says."""

from ..wire import EndReason

_REASONS = {
    EndReason.IDLE: "nobody spoke for too long",
    EndReason.LIMIT: "it reached the longest duration allowed",
    EndReason.DRAINED: "the server is shutting down",
    EndReason.ENDED: "the agent ended it",
    EndReason.TOO_SLOW: "this side read too slowly",
    EndReason.RATE: "this side sent too much",
}

_CODES = {reason.close_code: reason for reason in EndReason}


def ending(close_code: int | None, reason: str | None = None) -> str:
    """A clause for a close code, or for the `reason` of a `call-ended` message if one came."""
    known = EndReason(reason) if reason in list(EndReason) else _CODES.get(close_code or 0)
    if known is not None:
        return f"the server ended the call: {_REASONS[known]} ({known}, {known.close_code})"
    if close_code == 1000:
        return "the call was hung up"
    return f"the connection was lost ({close_code})"


def printable(text: str) -> str:
    """One line without control characters, for a model's words must not drive a terminal."""
    return "".join(each if each.isprintable() else " " for each in text)
