"""Log lines on standard error: our own words, one call id on each, and nobody's secrets."""

import logging
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from loguru import logger

if TYPE_CHECKING:
    from loguru import Record

_FORMAT = "{time:YYYY-MM-DD HH:mm:ss.SSS} {level: <7} {extra[call]} {message}\n"
_OWN = "turnwise."
_SAID_BY_US = {"push_error_frame", "_source_push_frame"}
"""Where Pipecat tells of an error that recovery tells of as well."""

_SET_OFF_BY_ANYONE = (
    "pipecat.serializers.",
    "pipecat.processors.frameworks.rtvi.",
    "pipecat.transports.smallwebrtc.",
    "aiortc.",
    "aioice.",
    "ASGI callable returned without completing handshake",
)
"""What a stranger could fill the log with: frames that are none, calls that are refused, packets that are
no sound."""


def set_up_log(level: str, trusted: Iterable[str] = ()) -> None:
    """Sends our log to standard error from `level` on, and silences what other libraries would add.

    A library's message may carry what a person said, a prompt, an address with a token or a key: of
    its warnings only the place in its code and the kind of exception are told, of its other lines
    nothing. The words of `trusted` modules are told like ours.
    """
    own = (_OWN, *trusted)
    logger.configure(extra={"call": "-"})
    logger.remove()
    logger.add(
        sys.stderr,
        level=level,
        format=lambda record: _FORMAT if _is_from(record, own) else _complaint(record),
        filter=lambda record: _is_from(record, own) or _is_worth_telling(record),
        backtrace=False,
        diagnose=False,
    )
    logging.captureWarnings(True)
    logging.basicConfig(handlers=[_Libraries(own)], level=logging.WARNING, force=True)


class _Libraries(logging.Handler):
    """Tells that a library which uses the standard log has something to say, and where."""

    def __init__(self, own: tuple[str, ...]) -> None:
        super().__init__()
        self._own = own

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(self._own):
            logger.log(record.levelname, "{}", record.getMessage())
        elif not any(text.startswith(_SET_OFF_BY_ANYONE) for text in (str(record.msg), f"{record.name}.")):
            kind = record.exc_info[0] if record.exc_info else None
            of = f" of {kind.__name__}" if kind else ""
            logger.log(
                record.levelname, "{} complains{} ({}:{})", record.name, of, record.filename, record.lineno
            )


def _is_from(record: "Record", own: tuple[str, ...]) -> bool:
    return (record["name"] or "").startswith(own)


def _is_worth_telling(record: "Record") -> bool:
    is_repeated = record["function"] in _SAID_BY_US or _is_from(record, _SET_OFF_BY_ANYONE)
    return record["level"].no >= logging.WARNING and not is_repeated


def _complaint(record: "Record") -> str:
    """The format of a line that tells neither a message nor an exception's text or trace."""
    exception = record["exception"]
    of = f" of {exception.type.__name__}" if exception and exception.type else ""
    return _FORMAT.replace("{message}", "{name}:{line} complains" + of)
