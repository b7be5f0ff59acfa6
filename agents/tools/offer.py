"""An agent's tools as Pipecat's models take them: a schema each, with what runs when it is called."""

from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.services.llm_service import FunctionCallParams

from ..call_context import CallContext
from .find import find_tools
from .run import run_tool
from .tool import Tool


def offered_tools(call: CallContext, limit_secs: float) -> ToolsSchema | None:
    """The tools of a call's agent; None where it has none. Any of Pipecat's models registers them itself.

    Raises:
        ComponentError: one of them cannot be used.
    """
    agent = call.agent
    tools, problems = find_tools(agent.fields.tools, agent.folder)
    if problems:
        raise problems[0]
    return ToolsSchema([_schema(tool, call, limit_secs) for tool in tools]) if tools else None


def _schema(tool: Tool, call: CallContext, limit_secs: float) -> FunctionSchema:
    async def run(asked: FunctionCallParams) -> None:
        with call.tools.one_more():
            told = await run_tool(tool, asked, call, limit_secs)
        await asked.result_callback(told)

    return FunctionSchema(
        tool.name, tool.description, dict(tool.properties), list(tool.required), handler=run
    )
