"""Whatever a tool does, the model is told, and the agent answers."""

import asyncio
import json
from dataclasses import replace

import pytest
from pipecat.frames.frames import ErrorFrame, LLMContextFrame, TTSSpeakFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.frame_processor import FrameDirection
from pipecat.processors.frameworks.rtvi.frames import RTVIServerMessageFrame
from pipecat.tests.utils import SleepFrame, run_test
from turnwise.agents.faults import StageFault
from turnwise.agents.frames import ASIDE, UserTurnDecidedFrame
from turnwise.agents.wire import AgentState
from turnwise.processors.error_recovery import ErrorRecovery
from turnwise.processors.memory import memory
from turnwise.processors.openai_llm import OpenAILLM
from turnwise.processors.tool_calls import MOST_ROUNDS, ToolCalls
from turnwise.processors.turn_tracker import TurnTracker

from . import some_tools
from .upstream import tokens, tool_calls

pytestmark = pytest.mark.anyio
UP = FrameDirection.UPSTREAM
ALL = [
    *("order", "add", "nothing", "whoami", "an_object", "a_book", "fail", "refuse", "leave"),
    *("slow", "hang", "pipecats"),
]


class Model:
    """Answers with what it is told to, one answer after the other, and keeps what it was asked."""

    def __init__(self, upstream, *answers):
        self.asked, self._answers = [], list(answers)
        self.call = upstream.call()
        tools = [f"{some_tools.__name__}:{name}" for name in ALL] + ["end_call"]
        fields = self.call.agent.fields.model_copy(update={"tools": tools})
        self.call = replace(self.call, agent=replace(self.call.agent, fields=fields))
        self.said, self.fails_while_a_tool_is_at_work, self._tasks = [], False, []
        upstream.answer = self.answer

    def _later(self, work):
        self._tasks.append(asyncio.create_task(work))

    async def answer(self, request):
        self.asked.append(await request.json())
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return answer()

    @property
    def told(self):
        """What the model was told of the first tool's work."""
        (told,) = [
            json.loads(each["content"]) for each in self.asked[1]["messages"] if each["role"] == "tool"
        ]
        return told

    async def answers(self, wait_secs=0.3, answer_secs=5.0, **options):
        """Everything that comes down until the turn is over."""
        call = self.call
        call.conversation.context.add_message({"role": "user", "content": "Please."})
        call.conversation.on_turn(lambda _, words: self.said.append(words.text))
        model = OpenAILLM(call, call.upstream, model="m", first_token_secs=2, next_token_secs=2)
        line = [recovery := ErrorRecovery(call, answer_secs=answer_secs), model]
        line += [ToolCalls(call, **options), TurnTracker(call), memory(call)]
        if self.fails_while_a_tool_is_at_work:
            fault = ErrorFrame("fault", exception=StageFault("timeout"))
            call.tools.subscribe(lambda at_work: at_work and self._later(recovery.queue_frame(fault, UP)))
        turn = [UserTurnDecidedFrame(0.6), LLMContextFrame(call.conversation.context)]
        down, _ = await run_test(Pipeline(line), frames_to_send=[*turn, SleepFrame(wait_secs)])
        return down


def says(*words):
    return lambda: tokens(*words)


def calls(name, arguments="{}", **more):
    return lambda: tool_calls((name, arguments), **more)


def codes(frames):
    data = [frame.data for frame in frames if isinstance(frame, RTVIServerMessageFrame)]
    return [each["code"] for each in data if each["type"] == "agent-error"]


TWO = '{"dishes": [{"name": "soup", "count": "2"}], "size": "large", "day": "2026-12-24"}'


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        pytest.param("order", TWO, {"result": "2 large soup 2026-12-24"}, id="a result"),
        pytest.param("add", '{"a": 2}', {"result": 3}, id="a number, with a default"),
        pytest.param("nothing", "", {"result": None}, id="nothing"),
        pytest.param("whoami", "{}", {"result": "call"}, id="the call is handed in"),
        pytest.param("pipecats", '{"city": "Rome"}', {"result": {"city": "Rome"}}, id="as Pipecat's"),
        pytest.param("refuse", "{}", {"error": "We are closed on Mondays."}, id="its own words"),
        pytest.param(
            "fail",
            "{}",
            {"error": "fail failed (ValueError); tell the user that it did not work"},
            id="raises",
        ),
        pytest.param(
            "an_object",
            "{}",
            {"error": "an_object returned something that cannot be passed on"},
            id="no JSON",
        ),
    ],
)
async def test_the_model_is_told_what_came_of_a_tool(upstream, name, arguments, told):
    model = Model(upstream, calls(name, arguments), says("All", " right."))
    down = await model.answers()
    assert model.told == told
    assert model.said == ["All right."]
    assert codes(down) == []


@pytest.mark.parametrize(
    ("name", "arguments", "part"),
    [
        pytest.param(
            "add", '{"a": "two"}', "wrong arguments: a: Input should be a valid integer", id="a type"
        ),
        pytest.param("add", '{"a": 1, "b": -1}', "b: Input should be greater", id="a range"),
        pytest.param("add", "{}", "a: Field required", id="one is missing"),
        pytest.param("add", '{"a": 1, "c": 1}', "c: Extra inputs are not permitted", id="one too many"),
        pytest.param("add", "[1]", "wrong arguments", id="no object"),
        pytest.param("leave", "{}", "leave failed", id="a tool that ends the process"),
        pytest.param("hang", "{}", "took too long and was given up", id="a tool that never returns"),
    ],
)
async def test_the_model_is_told_why_there_is_no_result(upstream, name, arguments, part):
    model = Model(upstream, calls(name, arguments), says("Sorry."))
    await model.answers(tool_secs=0.1)
    assert part in model.told["error"]
    assert model.said == ["Sorry."]


async def test_a_tool_that_does_not_exist_is_no_end(upstream):
    model = Model(upstream, calls("fly"), says("I cannot fly."))
    await model.answers()
    assert model.said == ["I cannot fly."]


async def test_a_result_without_end_is_cut(upstream):
    model = Model(upstream, calls("a_book"), says("Long."))
    await model.answers()
    assert model.told["cut"]
    assert len(model.told["result"]) == 8_000


async def test_the_model_sees_names_descriptions_and_types(upstream):
    model = Model(upstream, says("Hello."))
    await model.answers()
    functions = {tool["function"]["name"]: tool["function"] for tool in model.asked[0]["tools"]}
    assert list(functions) == [*ALL, "end_call"]
    assert functions["order"]["description"] == "Order dishes."
    order = functions["order"]["parameters"]
    assert order["required"] == ["dishes"]
    assert order["properties"]["size"] == {
        "type": "string",
        "enum": ["small", "large"],
        "default": "small",
        "description": "How much of it.",
    }
    assert order["properties"]["dishes"]["items"]["properties"]["name"] == {"type": "string"}
    assert "$ref" not in json.dumps(functions)
    assert functions["whoami"]["parameters"]["properties"] == {}


async def test_two_tools_of_one_response_are_answered_once(upstream):
    both = [("add", '{"a": 1}'), ("slow", "{}")]
    model = Model(upstream, lambda: tool_calls(*both), says("Both."))
    await model.answers(wait_secs=0.8)
    assert model.said == ["Both."]
    told = [each["content"] for each in model.asked[1]["messages"] if each["role"] == "tool"]
    assert [json.loads(each) for each in told] == [{"result": 2}, {"result": "done"}]
    assert len(model.asked) == 2


async def test_the_watchdog_waits_for_a_tool_and_then_for_the_answer(upstream):
    model = Model(upstream, calls("slow"), lambda: tokens(None))
    down = await model.answers(wait_secs=0.9, answer_secs=0.25)
    assert len(model.asked) == 2, "the tool was not waited for"
    assert codes(down) == ["timeout"]


async def test_a_fault_while_a_tool_is_at_work_gives_it_up_and_its_result_speaks_to_nobody(upstream):
    some_tools.at_work.clear()
    model = Model(upstream, calls("hang"), says("Too late."))
    model.fails_while_a_tool_is_at_work = True
    assert codes(await model.answers(tool_secs=0.3, wait_secs=0.6)) == ["timeout"]
    assert some_tools.at_work == ["hang", "cancelled"]
    assert len(model.asked) == 1


async def test_arguments_that_are_no_json_are_a_fault(upstream):
    assert codes(await Model(upstream, calls("add", '{"a": ')).answers()) == ["malformed"]


async def test_tools_without_end_are_a_fault(upstream):
    model = Model(upstream, calls("nothing"))
    assert codes(await model.answers(wait_secs=1.5)) == ["empty_answer"]
    assert len(model.asked) == MOST_ROUNDS + 1


async def filler(upstream, *answers, **options):
    model = Model(upstream, *answers)
    down = await model.answers(wait_secs=1.2, filler="Wait.", filler_after_secs=0.2, **options)
    return [frame for frame in down if isinstance(frame, TTSSpeakFrame)]


async def test_a_slow_tool_is_bridged_once_in_a_turn(upstream):
    (bridge,) = await filler(upstream, calls("slow"), calls("slow"), says("Done."))
    assert (bridge.text, bridge.text_type, bridge.append_to_context) == ("Wait.", ASIDE, False)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(calls("nothing"), id="a quick tool"),
        pytest.param(calls("slow", words="I will look."), id="the model says something itself"),
    ],
)
async def test_nothing_is_bridged_where_it_needs_no_bridge(upstream, first):
    assert await filler(upstream, first, says("Done.")) == []


@pytest.mark.parametrize(
    ("arguments", "words", "said"),
    [
        pytest.param('{"goodbye": "Bye, Alice."}', "", "Bye, Alice.", id="in the call"),
        pytest.param('{"goodbye": "Bye, Alice."}', "Farewell.", "Farewell.", id="in words"),
        pytest.param("{}", "", "So long.", id="not at all"),
    ],
)
async def test_a_call_is_ended_with_one_goodbye(upstream, arguments, words, said):
    model = Model(upstream, calls("end_call", arguments, words=words), says("Not asked."))
    await model.answers(goodbye="So long.")
    assert model.said == [said]
    assert model.call.hang_up.is_requested
    assert len(model.asked) == 1


async def test_a_call_without_any_goodbye_ends_too(upstream):
    model = Model(upstream, calls("end_call"))
    await model.answers(goodbye="")
    assert model.call.state.current is AgentState.LISTENING
