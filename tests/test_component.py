"""A team's own processors: beside the settings file, installed, or broken."""

from importlib.metadata import EntryPoint
from typing import Any

import pytest
from pipecat.processors.filters.identity_filter import IdentityFilter
from turnwise.agents import importing
from turnwise.agents.component import find_component
from turnwise.agents.component_error import ComponentError
from turnwise.agents.trial import try_out

from .processors.calls import a_call

SHOUT = """
from typing import Annotated

from pipecat.processors.frame_processor import FrameProcessor
from pydantic import Field
from turnwise.agents.call_context import CallContext


class Shout(FrameProcessor):
    def __init__(self, call: CallContext, *, times: Annotated[int, Field(ge=1)] = 1, **kwargs):
        super().__init__(**kwargs)
        self.call, self.times = call, times


def shouting(*, times: int = 2) -> FrameProcessor:
    return FrameProcessor(name=f"shouting{times}")


class Failing(FrameProcessor):
    def __init__(self):
        raise RuntimeError("no microphone")


class NoProcessor:
    pass
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a module of one's own, under a name that no other test uses."""
    name = f"shout_{tmp_path.name}".replace("-", "_")
    (tmp_path / f"{name}.py").write_text(SHOUT)
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    return tmp_path, name


def test_a_class_beside_the_settings_file_is_built_with_its_call_and_its_options(folder):
    path, module = folder
    call = a_call()
    shout: Any = find_component("shout", f"{module}:Shout", path).build({"times": 3}, call)
    assert (shout.call, shout.times) == (call, 3)


def test_a_function_that_returns_a_processor_is_a_component_too(folder):
    path, module = folder
    assert find_component("x", f"{module}:shouting", path).build({}, a_call()).name == "shouting2"


def test_options_are_the_named_parameters_of_the_class_and_its_bases(folder):
    path, module = folder
    options = find_component("shout", f"{module}:Shout", path).options
    assert {"times", "name", "enable_direct_mode"} <= set(options.model_fields)
    assert "call" not in options.model_fields
    assert "kwargs" not in options.model_fields


def test_a_processor_of_pipecats_own_can_be_named(tmp_path):
    path = "pipecat.processors.filters.identity_filter:IdentityFilter"
    assert isinstance(find_component("x", path, tmp_path).build({}, a_call()), IdentityFilter)


def test_an_installed_package_brings_a_short_name(monkeypatch, tmp_path):
    entry = EntryPoint(
        "filter.mine", "pipecat.processors.filters.identity_filter:IdentityFilter", importing.GROUP
    )
    monkeypatch.setattr(importing, "short_names", lambda _=None: {entry.name: entry})
    assert find_component("filter", "mine", tmp_path).factory is IdentityFilter


@pytest.mark.parametrize(
    ("use", "said"),
    [
        ("no_such_module_here:Thing", "cannot be imported (no module no_such_module_here)"),
        ("{module}:Shuot", "cannot be imported"),
        ("{module}:NoProcessor", "is no Pipecat FrameProcessor"),
        ("nobody", "no component is called 'nobody'"),
    ],
)
def test_what_cannot_be_found_says_so_in_one_sentence(folder, use, said):
    path, module = folder
    with pytest.raises(ComponentError) as caught:
        find_component("x", use.format(module=module), path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_class_that_raises_when_built_is_named_with_what_it_raised(folder):
    path, module = folder
    with pytest.raises(ComponentError, match=r"raises RuntimeError when built \(no microphone\)"):
        find_component("x", f"{module}:Failing", path).build({}, a_call())


def test_an_import_error_inside_a_module_is_not_mistaken_for_a_missing_module(tmp_path, monkeypatch):
    (tmp_path / "broken_inside.py").write_text("import something_that_is_not_there")
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    with pytest.raises(ComponentError, match="no module something_that_is_not_there"):
        find_component("x", "broken_inside:Thing", tmp_path)


WITH_SESSION = """
import aiohttp
import asyncio

from pipecat.processors.frame_processor import FrameProcessor


class Fetching(FrameProcessor):
    def __init__(self, session: aiohttp.ClientSession):
        super().__init__()
        self.session = session
        self.task = asyncio.ensure_future(asyncio.sleep(60))
"""


@pytest.mark.anyio
async def test_a_component_that_asks_for_http_is_handed_the_processs_session(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    (tmp_path / "fetching_here.py").write_text(WITH_SESSION)
    call = a_call()
    fetching: Any = find_component("x", "fetching_here:Fetching", tmp_path).build({}, call)
    assert fetching.session is call.http.session
    fetching.task.cancel()
    await call.http.aclose()
    assert fetching.session.closed


def test_a_trial_ends_the_tasks_and_closes_the_session_that_it_needed(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    (tmp_path / "fetching_there.py").write_text(WITH_SESSION)
    component = find_component("x", "fetching_there:Fetching", tmp_path)
    built: list[Any] = []

    def build(call):
        built.append(component.build({}, call))
        yield built[0]

    try_out(a_call().agent, build)
    assert built[0].session.closed
    assert built[0].task.cancelled()


def test_what_is_wrong_with_a_trial_itself_is_not_swallowed():
    def build(_):
        raise RuntimeError("a bug of ours")

    with pytest.raises(RuntimeError, match="a bug of ours"):
        try_out(a_call().agent, build)


def test_a_teams_module_that_needs_an_extra_is_told_which(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    (tmp_path / "our_ears.py").write_text("from pipecat.services.deepgram.stt import DeepgramSTTService")
    with pytest.raises(ComponentError, match="our_ears:Ears needs Pipecat's extra deepgram"):
        find_component("x", "our_ears:Ears", tmp_path)


def test_a_subclass_that_makes_its_own_settings_is_not_given_any(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    (tmp_path / "our_mind.py").write_text(
        "from pipecat.services.groq.llm import GroqLLMService\n"
        "class Mind(GroqLLMService):\n"
        "    def __init__(self, **kwargs):\n"
        "        super().__init__(settings=self.Settings(system_instruction='Ours.'), **kwargs)\n"
    )
    mind: Any = find_component("x", "our_mind:Mind", tmp_path).build({"api_key": "k"}, a_call())
    assert mind.settings.system_instruction == "Ours."
