"""From an async function to a tool: its name, its docstring, its parameters."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_type_hints

import docstring_parser
from pipecat.services.llm_service import FunctionCallParams
from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.errors import PydanticUserError

from ..call_context import CallContext
from ..component_error import ComponentError
from .json_schema import Recursive, plain_schema
from .tool import Tool

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_LONGEST_DESCRIPTION = 1024
"""What OpenAI takes of a description."""
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class UnusableTool(Exception):
    """A function that cannot be a tool, with everything that is wrong with it."""

    def __init__(self, problems: list[ComponentError]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


def read_tool(use: str, function: Any) -> Tool:
    """The tool that a function makes; `use` is what the settings call it.

    Raises:
        UnusableTool: with every problem.
    """
    if not inspect.iscoroutinefunction(function):
        raise UnusableTool([ComponentError(f"{use} is no async function", "write it as `async def`")])
    problems = list(_problems(use, function))
    if problems:
        raise UnusableTool(problems)
    handed_in, given = _parameters(function)
    docstring = docstring_parser.parse(inspect.getdoc(function) or "")
    about = {each.arg_name: each.description or "" for each in docstring.params}
    arguments = _model(use, function.__name__, given, about)
    properties, required = _schema(use, arguments)
    return Tool(
        name=function.__name__,
        description=(docstring.description or "").strip()[:_LONGEST_DESCRIPTION],
        properties=properties,
        required=required,
        arguments=arguments,
        handed_in=handed_in,
        function=function,
    )


def _problems(use: str, function: Callable[..., Any]) -> Iterator[ComponentError]:
    if not _NAME.fullmatch(function.__name__):
        yield ComponentError(f"{use} has a name that models refuse", "use up to 64 of a-z, 0-9, _ and -")
    if not docstring_parser.parse(inspect.getdoc(function) or "").description:
        yield ComponentError(f"{use} has no docstring", "say in one what it does and when to use it")
    try:
        hints = _hints(function)
    except Exception as error:
        yield ComponentError(f"the types of {use} cannot be read ({error})", "import what they name")
        return
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind not in _NAMED:
            yield ComponentError(f"{use} takes `{parameter}`", "name every parameter")
        elif name not in hints and not _is_pipecats(name, parameter, function):
            yield ComponentError(f"parameter {name} of {use} has no type", f"annotate it, as `{name}: str`")


def _parameters(function: Callable[..., Any]) -> tuple[dict[str, type], dict[str, inspect.Parameter]]:
    """What is handed in, and what the model gives."""
    hints = _hints(function)
    handed_in: dict[str, type] = {}
    given: dict[str, inspect.Parameter] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if hints.get(name) is CallContext:
            handed_in[name] = CallContext
        elif hints.get(name) is FunctionCallParams or name not in hints:
            handed_in[name] = FunctionCallParams
        else:
            given[name] = parameter.replace(annotation=hints[name])
    return handed_in, given


def _is_pipecats(name: str, parameter: inspect.Parameter, function: Callable[..., Any]) -> bool:
    """Whether it is the first parameter of what Pipecat calls a direct function, written without a type."""
    first = next(iter(inspect.signature(function).parameters))
    return name == first == "params" and parameter.default is parameter.empty


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(function, include_extras=True)


def _model(
    use: str, name: str, given: Mapping[str, inspect.Parameter], about: Mapping[str, str]
) -> type[BaseModel]:
    """A model of the arguments; its own field names keep clear of pydantic's."""
    fields: dict[str, Any] = {}
    for at, (argument, parameter) in enumerate(given.items()):
        told: dict[str, Any] = {"alias": argument}
        if about.get(argument):
            told["description"] = about[argument]
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[f"argument_{at}"] = (parameter.annotation, Field(default, **told))
    config = ConfigDict(extra="forbid", allow_inf_nan=False)
    try:
        return create_model(name, __config__=config, **fields)
    except (PydanticUserError, TypeError) as error:
        raise _untellable(use, error) from error


def _schema(use: str, arguments: type[BaseModel]) -> tuple[dict[str, Any], tuple[str, ...]]:
    try:
        schema = plain_schema(arguments)
    except (PydanticUserError, Recursive) as error:
        raise _untellable(use, error) from error
    return schema.get("properties", {}), tuple(schema.get("required", ()))


def _untellable(use: str, error: Exception) -> UnusableTool:
    said = str(error).splitlines()[0]
    wrong = f"a parameter of {use} has a type that no model can be told ({said})"
    return UnusableTool([ComponentError(wrong, "use text, numbers, lists, Literal or pydantic models")])
