"""The conversationalist calls tools, as OpenAI's client meets it."""

import json

import pytest
from openai import BadRequestError
from turnwise.agents.sandbox.mind import calls, reply

from ..words import SENTENCES

pytestmark = pytest.mark.anyio


def tool(name, description, required=(), /, **properties):
    parameters = {"type": "object", "properties": properties, "required": list(required)}
    return {"name": name, "description": description, "parameters": parameters}


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
TOOLS = [
    tool("order", "Order food.", ["items"], items=TEXT),
    tool("opening_hours", "When the museum is open.", ["day"], day=TEXT),
    tool("weather", "The weather in a city.", ["city"], city=TEXT),
    tool("book_table", "Book a table.", ["day", "people"], day=TEXT, people=NUMBER, name=TEXT),
    tool("end_call", "End the call when the user says goodbye.", goodbye=TEXT),
]
OFFERED = [{"type": "function", "function": each} for each in TOOLS]


def user(text):
    return {"role": "user", "content": text}


@pytest.mark.parametrize(
    ("said", "name", "arguments"),
    [
        pytest.param(SENTENCES["order"], "order", {"items": "two large coffees and a sandwich"}, id="order"),
        pytest.param(SENTENCES["time"], "opening_hours", {"day": "Sunday"}, id="time"),
        pytest.param(SENTENCES["weather"], "weather", {"city": "Paris"}, id="weather"),
        pytest.param(SENTENCES["pause_450"], "book_table", {"day": "Friday", "people": 4}, id="booking"),
        pytest.param(
            SENTENCES["goodbye"], "end_call", {"goodbye": "Thank you for calling. Goodbye."}, id="goodbye"
        ),
    ],
)
def test_what_is_said_calls_the_tool_that_it_is_about(said, name, arguments):
    assert [(call.name, call.arguments) for call in calls([user(said)], TOOLS)] == [(name, arguments)]


@pytest.mark.parametrize("said", [SENTENCES["hello"], SENTENCES["name"], SENTENCES["repeat"], "Call me Bob."])
def test_what_no_tool_is_about_calls_none(said):
    assert calls([user(said)], TOOLS) == []


def test_what_was_said_before_is_remembered():
    (call,) = calls([user(SENTENCES["name"]), user("Book a table for two on Monday.")], TOOLS)
    assert call.arguments == {"day": "Monday", "people": 2, "name": "Alice"}


@pytest.mark.parametrize(
    ("of", "heard", "value"),
    [
        pytest.param({"enum": ["small", "large"]}, "a large one", "large", id="an option that was said"),
        pytest.param({"enum": ["small", "large"]}, "any", "small", id="an option that was not"),
        pytest.param({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "12 of them", 12, id="digits"),
        pytest.param({"type": "number"}, "some", 1, id="no number"),
        pytest.param({"type": "array", "items": TEXT}, "many", ["pick many"], id="a list"),
        pytest.param({"type": "boolean"}, "do it", True, id="yes or no"),
    ],
)
def test_required_arguments_are_always_of_their_type(of, heard, value):
    (call,) = calls([user(f"pick {heard}")], [tool("pick", "", ["thing"], thing=of)])
    assert call.arguments == {"thing": value}


def test_two_clauses_that_mean_two_tools_make_two_calls_unless_one_at_a_time_is_wanted():
    said = [user("What is the weather in Rome and when does the museum open on Monday?")]
    assert [call.name for call in calls(said, TOOLS)] == ["weather", "opening_hours"]
    assert len(calls(said, TOOLS, parallel=False)) == 1


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ("none", []),
        ("auto", []),
        ("required", ["order"]),
        ({"type": "function", "function": {"name": "weather"}}, ["weather"]),
    ],
)
def test_the_choice_of_the_request_is_kept(choice, names):
    assert [call.name for call in calls([user("Hello.")], TOOLS, choice)] == names


def after(content, name="book_table"):
    function = {"name": name, "arguments": "{}"}
    called = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "1", "type": "function", "function": function}],
    }
    return [user("Please."), called, {"role": "tool", "tool_call_id": "1", "content": content}]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param('{"result": "It is sunny."}', "It is sunny.", id="text"),
        pytest.param(
            '{"result": {"opens_at": "ten", "free": true}}', "Opens at: ten, free: yes.", id="fields"
        ),
        pytest.param('{"result": ["tea", "cake"]}', "Tea, cake.", id="a list"),
        pytest.param('{"result": null}', "That is done.", id="nothing"),
        pytest.param(
            '{"error": "it is full"}', "I am sorry, I could not book table: it is full.", id="an error"
        ),
        pytest.param("CANCELLED", "I am sorry, I could not book table.", id="given up"),
        pytest.param("plain words", "Plain words.", id="no JSON"),
    ],
)
def test_the_result_of_a_tool_is_spoken(content, said):
    assert reply(after(content)) == said
    assert calls(after(content), TOOLS) == []


def test_a_result_is_spoken_once():
    spoken = {"role": "assistant", "content": "It is sunny."}
    assert reply([*after('{"result": 1}'), spoken, user("What is my name?")]).startswith("You have not told")


async def test_a_call_is_streamed_with_its_arguments_in_pieces(openai):
    stream = await openai.chat.completions.create(
        model="any", messages=[user(SENTENCES["order"])], tools=OFFERED, stream=True
    )
    choices = [chunk.choices[0] async for chunk in stream]
    deltas = [call for choice in choices for call in choice.delta.tool_calls or []]
    assert (deltas[0].index, deltas[0].function.name, deltas[0].type) == (0, "order", "function")
    assert deltas[0].id.startswith("call_")
    assert len(deltas) > 3
    arguments = "".join(delta.function.arguments for delta in deltas)
    assert json.loads(arguments) == {"items": "two large coffees and a sandwich"}
    assert choices[-1].finish_reason == "tool_calls"
    assert not any(choice.delta.content for choice in choices)


async def test_a_whole_answer_has_the_call_in_its_message(openai):
    completion = await openai.chat.completions.create(
        model="any", messages=[user(SENTENCES["weather"])], tools=OFFERED
    )
    (choice,) = completion.choices
    (call,) = choice.message.tool_calls
    assert (call.function.name, json.loads(call.function.arguments)) == ("weather", {"city": "Paris"})
    assert (choice.finish_reason, choice.message.content) == ("tool_calls", None)


async def test_a_tool_that_is_none_is_refused_by_name(openai):
    with pytest.raises(BadRequestError) as refused:
        await openai.chat.completions.create(
            model="any", messages=[user("Hello.")], tools=[{"type": "function", "function": {"name": "a b"}}]
        )
    assert refused.value.param == "tools.0.function.name"
