"""What the model is told of a tool's work: always JSON, never a traceback, never without end."""

import json
import traceback
from pathlib import Path
from types import CodeType
from typing import Any

from loguru import logger
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, to_jsonable_python

from ..sound_text import sound_text
from .errors import ToolError
from .tool import Tool

Told = dict[str, Any]

MOST_CHARS = 8_000
"""Of a result as JSON; a model that is to speak makes no use of more."""

_MOST_CHARS_OF_AN_ERROR = 500


def told_result(tool: Tool, value: Any) -> Told:
    """`{"result": …}`; cut, and said to be cut, where it is too long to be of use."""
    try:
        plain = to_jsonable_python(value, inf_nan_mode="null")
    except PydanticSerializationError:
        logger.warning("tool {} returned what is no JSON: {}", tool.name, type(value).__name__)
        return {"error": f"{tool.name} returned something that cannot be passed on"}
    text = sound_text(json.dumps(plain, ensure_ascii=False))
    plain = json.loads(text)
    if len(text) <= MOST_CHARS:
        return {"result": plain}
    logger.warning("tool {} returned {} characters, more than {}", tool.name, len(text), MOST_CHARS)
    return {"result": text[:MOST_CHARS], "cut": True}


def told_exception(tool: Tool, error: BaseException) -> Told:
    """`{"error": …}`; the log gets the class and the place, nobody the exception's own words."""
    if isinstance(error, ToolError):
        logger.info("tool {} could not do its work ({})", tool.name, place_of(error, tool))
        return {"error": str(error)[:_MOST_CHARS_OF_AN_ERROR] or f"{tool.name} could not do that"}
    logger.warning("tool {} failed: {} at {}", tool.name, type(error).__name__, place_of(error, tool))
    return {"error": f"{tool.name} failed ({type(error).__name__}); tell the user that it did not work"}


def told_timeout(tool: Tool, limit_secs: float) -> Told:
    """`{"error": …}` of a tool that was given up."""
    logger.warning("tool {} took longer than {:g} s and was given up", tool.name, limit_secs)
    return {"error": f"{tool.name} took too long and was given up; it may or may not have been done"}


def told_arguments(tool: Tool, error: ValidationError) -> Told:
    """`{"error": …}` that lets the model mend its call."""
    details = error.errors(include_url=False, include_input=False)
    logger.info("tool {} was called with arguments that it does not take", tool.name)
    wrong = (
        f"{'.'.join(str(part) for part in each['loc']) or 'arguments'}: {each['msg']}" for each in details
    )
    return {"error": f"wrong arguments: {'; '.join(wrong)}"[:_MOST_CHARS_OF_AN_ERROR]}


def place_of(error: BaseException, tool: Tool) -> str:
    """Where it was raised as `file:line`: in the tool's own file, else wherever that was."""
    frames = traceback.extract_tb(error.__traceback__)
    code = getattr(tool.function, "__code__", None)
    own = [frame for frame in frames if isinstance(code, CodeType) and frame.filename == code.co_filename]
    last = (own or list(frames))[-1:]
    return f"{Path(last[0].filename).name}:{last[0].lineno}" if last else "an unknown place"
