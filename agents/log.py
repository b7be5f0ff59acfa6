"""Log lines on standard error: our own words, one call id on each, and nobody's secrets."""

import logging
import sys
from typing import TYPE_CHECKING

from loguru import logger

if TYPE_CHECKING:
    from loguru import Record

_FORMAT = "{time:YYYY-MM-DD HH:mm:ss.SSS} {level: <7} {extra[call]} {message}\n"
_OWN = "turnwise."
_SAID_BY_US = {"push_error_frame", "_source_push_frame"}
"""Where Pipecat tells of an error that recovery tells of as well."""

_SET_OFF_BY_ANYONE = ("pipecat.serializers.", "ASGI callable returned without completing handshake")
"""What a stranger could fill the log with: frames that are none, calls that are refused."""


def set_up_log(level: str) -> None:
    """Sends our log to standard error from `level` on, and silences what other libraries would add.

    A library's message may carry what a person said, a prompt, an address with a token or a key:
    of its warnings only the place in its code is told, of its other lines nothing.
    """
    logger.configure(extra={"call": "-"})
    logger.remove()
    logger.add(sys.stderr, level=level, format=_line, filter=_is_told, backtrace=False, diagnose=False)
    logging.captureWarnings(True)
    logging.basicConfig(handlers=[_Libraries()], level=logging.WARNING, force=True)


class _Libraries(logging.Handler):
    """Tells that a library which uses the standard log has something to say, and where."""

    def emit(self, record: logging.LogRecord) -> None:
        if not str(record.msg).startswith(_SET_OFF_BY_ANYONE):
            logger.log(record.levelname, "{} complains ({}:{})", record.name, record.filename, record.lineno)


def _is_told(record: "Record") -> bool:
    name = record["name"] or ""
    if name.startswith(_OWN):
        return True
    is_repeated = record["function"] in _SAID_BY_US or name.startswith(_SET_OFF_BY_ANYONE)
    return record["level"].no >= logging.WARNING and not is_repeated


def _line(record: "Record") -> str:
    """The format of a line; never with an exception's text or trace."""
    if (record["name"] or "").startswith(_OWN):
        return _FORMAT
    return _FORMAT.replace("{message}", "{name}:{line} complains")
