"""A log line carries a call id and nobody's secrets."""

import logging

import pytest
from loguru import logger
from turnwise.agents.log import set_up_log


@pytest.fixture(autouse=True)
def _log_as_before():
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.captureWarnings(False)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    logger.remove()


def from_library(message, level="WARNING"):
    """Logs as if from inside Pipecat."""
    code = compile(f"logger.log({level!r}, message)", "pipecat/services/tts.py", "exec")
    exec(code, {"logger": logger, "message": message, "__name__": "pipecat.services.tts"})


def test_a_line_of_a_call_carries_its_id(capsys):
    set_up_log("INFO")
    with logger.contextualize(call="c0ffee"):
        logger.patch(lambda record: record.update(name="turnwise.agents.calls")).info("call over")
    assert " c0ffee call over" in capsys.readouterr().err


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR"])
def test_a_librarys_words_are_not_told_at_any_level(capsys, level):
    set_up_log("DEBUG")
    from_library("Generating TTS [my secret]", level)
    logging.getLogger("uvicorn.error").log(getattr(logging, level), "GET /?token=%s", "my secret")
    assert "my secret" not in capsys.readouterr().err


def test_that_a_library_complains_is_told_with_the_place(capsys):
    set_up_log("INFO")
    from_library("Generating TTS [my secret]")
    assert "pipecat.services.tts:1 complains" in capsys.readouterr().err


def test_an_exceptions_text_and_trace_are_not_told(capsys):
    set_up_log("DEBUG")
    try:
        raise ValueError("my secret")
    except ValueError:
        logging.getLogger("asyncio").exception("Task exception was never retrieved")
    shown = capsys.readouterr().err
    assert "my secret" not in shown
    assert "Traceback" not in shown
