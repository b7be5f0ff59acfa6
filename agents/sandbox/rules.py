"""What callers say and what is answered: the conversationalist's table of rules."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from .answers import (
    BOOKING,
    HOME,
    NAME,
    ORDER,
    Conversation,
    book,
    can_hear,
    count,
    goodbye,
    greeting,
    meet,
    my_home,
    my_name,
    my_order,
    repeat,
    who_are_you,
    your_name,
    your_task,
)

Answer = Callable[[re.Match[str], Conversation], str]


@dataclass(frozen=True)
class Rule:
    """One thing a caller may say; in a text answer, `{x}` is what the pattern's group `x` caught."""

    heard: re.Pattern[str]
    answer: str | Answer


def _rule(pattern: str, answer: str | Answer) -> Rule:
    return Rule(re.compile(pattern, re.IGNORECASE), answer)


RULES: tuple[Rule, ...] = (
    _rule(r"\b(repeat|say (that|it) again|what did you say|pardon)\b", repeat),
    _rule(r"\bwhat(?:'s| is) your name\b", your_name),
    _rule(r"\b(what were you told|your (task|job|role|prompt|instructions?))\b", your_task),
    _rule(
        r"\bwho are you\b|\bwhat are you\b|\bwho (is|am i) (this|speaking|talking)"
        r"|\bare you (really )?(an? |the )?(real|robot|human|person|model|machine|computer|bot)\b",
        who_are_you,
    ),
    _rule(r"\b(what(?:'s| is) my name|(know|remember) my name|who am i)\b", my_name),
    _rule(r"\bwhere do i live\b", my_home),
    _rule(r"\bwhat (did i order|was my order|have i ordered)\b", my_order),
    Rule(NAME, meet),
    Rule(HOME, "{city} is a good place to live. What can I do for you?"),
    _rule(r"\b(goodbye|good bye|bye|see you|good night)\b", goodbye),
    Rule(BOOKING, book),
    _rule(
        r"^(?P<details>for [a-z]+ (?:people|persons)\b.*)$",
        "{details}, I have noted that. Is there anything else?",
    ),
    Rule(ORDER, "{order}, very good. Is there anything else?"),
    _rule(r"\bcount (?:from one )?(?:up )?to (?P<last>[a-z]+)", count),
    _rule(
        r"\bweather\b.*? in (?P<city>[a-z ]+?)(?: (?P<when>today|tomorrow|tonight|this week))?$",
        "I cannot see the sky over {city}, but I hope for sunshine.",
    ),
    _rule(
        r"\b(weather|rain|sunny|umbrella)\b", "I cannot see the sky from here. Take an umbrella, to be safe."
    ),
    _rule(
        r"\btrip to (?P<city>[a-z]+)",
        "That sounds wonderful. I would book everything in {city} in advance.",
    ),
    _rule(
        r"\b(?:what time|when) (?:does|do|will|is) (?P<place>(?:the|your) [a-z ]+?) (?P<verb>open|close)s?"
        r"(?: on (?P<day>[a-z]+))\b",
        "On {day}, {place} should {verb} at ten.",
    ),
    _rule(
        r"\b(?:what time|when) (?:does|do|will|is) (?P<place>(?:the|your) [a-z ]+?) (?P<verb>open|close)",
        "I believe {place} should {verb} at ten.",
    ),
    _rule(r"\bwhat (time|day|date) is it\b", "I have no clock here, I am sorry."),
    _rule(
        r"\bhow much (?:is|are|does|do|would) (?P<thing>.+?)(?: costs?)?$",
        "I would say twelve dollars for {thing}.",
    ),
    _rule(
        r"\bwhere(?:'s| is| are| can i find) (?P<thing>the .+)$",
        "You will find {thing} just around the corner.",
    ),
    _rule(r"\bhow are you\b", "I am fine, thank you. How are you?"),
    _rule(
        r"\b(help me|can you help|what can you do)\b", "I can take an order, book a table, or plan a trip."
    ),
    _rule(
        r"\bstory\b",
        "Once upon a time a small boat left the harbor in the early morning, and the old captain had "
        "nothing on board but a sandwich, a map, and a very good friend. They came home before dark.",
    ),
    _rule(r"\bjoke\b", "What is brown and sticky? A stick."),
    _rule(r"\bhear me\b", can_hear),
    _rule(
        r"^(yes|yeah|sure|okay|ok|alright|all right|great|perfect)\b",
        "All right. What else can I do for you?",
    ),
    _rule(r"^(no|nothing|not really)\b", "Very well. Just say goodbye when you are done."),
    _rule(r"\bthank(s| you)\b", "You are welcome. Is there anything else?"),
    _rule(
        r"\b(hello|hi|hey|good (morning|afternoon|evening))\b", lambda _, conversation: greeting(conversation)
    ),
)
