"""The conversationalist answers with what it heard, what it was told before, and what its prompt says."""

import pytest
from turnwise.agents.sandbox.mind import reply

HOTEL = "You are the receptionist of Hotel Aurora. Breakfast is served from seven to ten. Answer briefly."


def user(text):
    return {"role": "user", "content": text}


def agent(text):
    return {"role": "assistant", "content": text}


def prompt(text):
    return {"role": "system", "content": text}


@pytest.mark.parametrize(
    ("messages", "answer"),
    [
        pytest.param([], "Hello! What can I do for you?", id="nobody has spoken"),
        pytest.param(
            [prompt(HOTEL)],
            "Hello, this is the receptionist of Hotel Aurora. What can I do for you?",
            id="greeting",
        ),
        pytest.param(
            [user("Hello, can you hear me?")], "Yes, I can hear you. What can I do for you?", id="hello"
        ),
        pytest.param(
            [user("What is the weather like in Paris today?")],
            "I cannot see the sky over Paris, but I hope for sunshine.",
            id="weather",
        ),
        pytest.param(
            [user("I would like to order two large coffees and a sandwich.")],
            "Two large coffees and a sandwich, very good. Is there anything else?",
            id="order",
        ),
        pytest.param(
            [user("My name is Alice and I live in Boston.")],
            "Nice to meet you, Alice. How is life in Boston?",
            id="name",
        ),
        pytest.param(
            [user("My name is Alice and I live in Boston."), agent("Nice."), user("What is my name?")],
            "Your name is Alice.",
            id="name given earlier",
        ),
        pytest.param(
            [user("Hello"), agent("Good day."), user("Could you please repeat that?")],
            "Good day.",
            id="repeat",
        ),
        pytest.param(
            [user("What time does the museum open on Sunday?")],
            "On Sunday, the museum should open at ten.",
            id="time",
        ),
        pytest.param(
            [user("I would like to book a table. For four people on Friday evening.")],
            "A table for four people on Friday evening, I have noted that. Is there anything else?",
            id="booking heard in two parts",
        ),
        pytest.param(
            [user("My name is Bob."), agent("Nice."), user("Thank you very much. Goodbye.")],
            "Thank you for calling, Bob. Goodbye.",
            id="goodbye",
        ),
        pytest.param(
            [prompt(HOTEL), user("When is breakfast?")], "Breakfast is served from seven to ten.", id="fact"
        ),
        pytest.param(
            [prompt(HOTEL), user("Who are you?")],
            "I am the receptionist of Hotel Aurora. To be honest, I am only a stand-in, and no model.",
            id="who it is",
        ),
        pytest.param(
            [user("Pigs can fly.")], "You said: Pigs can fly. Can you tell me more?", id="nothing it knows"
        ),
        pytest.param([user("")], "I did not catch that. Could you say it again?", id="nothing"),
        pytest.param(
            [{"role": "user", "content": [{"type": "text", "text": "How are you?"}]}],
            "I am fine, thank you. How are you?",
            id="content in parts",
        ),
    ],
)
def test_the_answer_follows_from_the_messages(messages, answer):
    assert reply(messages) == answer
