"""An agent's tools are named in its settings, and everything that is wrong with them is said at start."""

import itertools

import pytest

from .test_agents import LINE, stages

_names = itertools.count()


@pytest.fixture
def module(tmp_path):
    """Writes a module beside the settings file; each has a name of its own, as imports are remembered."""

    def write(text: str) -> str:
        name = f"tools_of_a_team_{next(_names)}"
        (tmp_path / f"{name}.py").write_text(text)
        return name

    return write


def with_tools(*uses):
    return f"[agents.default]\ntools = {list(uses)}"


GOOD = 'async def book(day: str) -> str:\n    """Book a table."""\n    return day\n'


def test_tools_beside_the_settings_file_and_short_names_are_found(load, module):
    settings = load(local=with_tools(f"{module(GOOD)}:book", "end_call"))
    assert stages(settings) == LINE.replace("llm tts", "llm tool_calls tts").split()


def test_an_agent_without_tools_has_no_stage_for_them(load):
    assert stages(load()) == LINE.split()


def test_tools_are_inherited_and_replaced_whole(load, module):
    name = module(GOOD)
    text = f"{with_tools(f'{name}:book')}\n[agents.a]\nextends = 'default'\n"
    settings = load(local=text + "[agents.b]\nextends = 'default'\ntools = ['end_call']")
    assert settings.agents["a"].fields.tools == [f"{name}:book"]
    assert settings.agents["b"].fields.tools == ["end_call"]


def test_the_stage_of_the_tools_has_options_of_its_own(load):
    text = with_tools("end_call") + "\n[agents.default.tool_calls]\ntool_secs = 3.0\nfiller = ''"
    stage = next(stage for stage in load(local=text).agents["default"].stages if stage.name == "tool_calls")
    assert stage.options == {"tool_secs": 3.0, "filler": ""}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("tool = 1", "is no async function; write it as `async def`", id="no function"),
        pytest.param(
            'def tool() -> None:\n    """Do."""',
            "is no async function; write it as `async def`",
            id="not async",
        ),
        pytest.param(
            "async def tool() -> None: ...", "has no docstring; say in one what it does", id="no docstring"
        ),
        pytest.param(
            'async def tool(a) -> None:\n    """Do."""',
            "parameter a of {use} has no type; annotate it, as `a: str`",
            id="no type",
        ),
        pytest.param(
            'async def tool(a: "Strange") -> None:\n    """Do."""',
            "the types of {use} cannot be read",
            id="no such type",
        ),
        pytest.param(
            'class Odd: ...\nasync def tool(a: Odd) -> None:\n    """Do."""',
            "a parameter of {use} has a type that no model can be told",
            id="a type without a schema",
        ),
        pytest.param(
            'from typing import Callable\nasync def tool(a: Callable[[], int]) -> None:\n    """Do."""',
            "a parameter of {use} has a type that no model can be told",
            id="a type that JSON has not",
        ),
        pytest.param(
            'from pydantic import BaseModel\nclass Tree(BaseModel):\n    left: "Tree | None"\n'
            'async def tool(a: Tree) -> None:\n    """Do."""',
            "Tree contains itself",
            id="a type without end",
        ),
        pytest.param(
            'async def tool(*a: int) -> None:\n    """Do."""',
            "{use} takes `*a: int`; name every parameter",
            id="many",
        ),
        pytest.param(
            "import nothing_of_the_kind", "(no module nothing_of_the_kind)", id="an import in it fails"
        ),
        pytest.param("1 / 0", "(ZeroDivisionError: division by zero); mend the module", id="it raises"),
    ],
)
def test_a_tool_that_cannot_be_one_is_a_problem(problems, module, text, said):
    use = f"{module(text)}:tool"
    told = problems(local=with_tools(use))
    assert "settings.local.toml:2: agents.default.tools: " in told
    assert said.format(use=use) in told
    assert len(told.splitlines()) == 1


def test_all_problems_are_told_at_once(problems, module):
    name = module("async def a(x) -> None: ...\n" + GOOD)
    told = problems(local=with_tools(f"{name}:a", f"{name}:none", "fly", f"{name}:book", f"{name}:book"))
    assert f"{name}:a has no docstring" in told
    assert f"parameter x of {name}:a has no type" in told
    assert f"{name}:none cannot be imported" in told
    assert "no tool is called 'fly'; name a module:function; short names are end_call" in told
    assert "2 tools are called book; take out or rename all but one" in told


@pytest.mark.parametrize(
    "more", ["[agents.default.tool_calls]\nuse = 'none'", "[agents.default.memory]\nuse = 'none'"]
)
def test_tools_without_the_stages_that_they_need_are_a_problem(problems, more):
    told = problems(local=f"{with_tools('end_call')}\n{more}")
    assert "need the stage" in told


def test_tools_without_a_model_are_a_problem(problems):
    told = problems(local=with_tools("end_call") + "\npipeline = 'gate -> vad -> stt -> tts'")
    assert "agents.default.tools: need the stage tool_calls, which is not in the line; put it there" in told
