"""Runs one tool for the model, within its limit of time."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from loguru import logger
from pipecat.frames.frames import FunctionCallResultProperties
from pipecat.services.llm_service import FunctionCallParams
from pydantic import ValidationError

from ..call_context import CallContext
from .told import Told, told_arguments, told_exception, told_result, told_timeout
from .tool import Tool

_given_up: set[asyncio.Task[Any]] = set()
"""Tools that were cancelled and may not have noticed yet."""


async def run_tool(tool: Tool, asked: FunctionCallParams, call: CallContext, limit_secs: float) -> Told:
    """What the model is told: the result, or in one sentence why there is none.

    The tool runs as a task of its own, so that one which does not let itself be cancelled is left
    behind, and not waited for.
    """
    try:
        arguments = tool.checked(asked.arguments)
    except ValidationError as error:
        return told_arguments(tool, error)
    began = time.monotonic()
    task = asyncio.create_task(_called(tool, arguments, asked, call))
    try:
        done, _ = await asyncio.wait({task}, timeout=limit_secs)
    finally:
        _give_up(task)
    if not done:
        return told_timeout(tool, limit_secs)
    try:
        told = told_result(tool, task.result())
    except (Exception, asyncio.CancelledError) as error:
        return told_exception(tool, error)
    logger.info("tool {} took {:.2f} s", tool.name, time.monotonic() - began)
    return told


async def _called(
    tool: Tool, arguments: Mapping[str, Any], asked: FunctionCallParams, call: CallContext
) -> Any:
    reported: list[Any] = []

    async def report(result: Any, *, properties: FunctionCallResultProperties | None = None) -> None:
        if properties is None or properties.is_final:
            reported.append(result)

    possible = {CallContext: call, FunctionCallParams: replace(asked, result_callback=report)}
    handed_in = {name: possible[kind] for name, kind in tool.handed_in.items()}
    try:
        returned = await tool.function(**handed_in, **arguments)
    except SystemExit as error:  # would end the server
        raise RuntimeError("it tried to end the process") from error
    return reported[0] if reported else returned


def _give_up(task: asyncio.Task[Any]) -> None:
    if not task.done():
        _given_up.add(task)
        task.add_done_callback(_forget)
        task.cancel()


def _forget(task: asyncio.Task[Any]) -> None:
    _given_up.discard(task)
    if not task.cancelled():
        task.exception()
