"""The answers that need more than the words just heard: memory, prompt, numbers."""

import re
from dataclasses import dataclass

from .prompt import own_name, persona, task


@dataclass(frozen=True)
class Conversation:
    """What has been said so far, as the messages of a request tell it."""

    prompt: str
    said_by_user: tuple[str, ...]
    """Oldest first."""
    last_answer: str | None


NAME = re.compile(
    r"\b(?:my name is|my name's|i am called|call me|this is(?= [a-z]+ speaking)) "
    r"(?P<name>(?!the |a |an |not |it )[a-z]+)"
    r"(?: speaking)?(?:,? and i live in (?P<city>[a-z ]+))?",
    re.IGNORECASE,
)
HOME = re.compile(r"\bi live in (?P<city>[a-z ]+)", re.IGNORECASE)
ORDER = re.compile(
    r"\b(?:(?:i|we)(?: would|'d) like(?: to order| to have)?"
    r"|(?:can|could|may) (?:i|we) (?:please )?(?:have|get|order)"
    r"|i'll have|i will have|i'll take|i will take|i want(?: to order)?|give me) "
    r"(?P<order>(?:an?|some|the|one|two|three|four|five|six|seven|eight|nine|ten) .+?)(?:,? please)?[.?!]*$",
    re.IGNORECASE,
)
BOOKING = re.compile(
    r"\b(?:book|reserve)(?:ed)? (?P<what>(?:a|an|the|one|two|three) [a-z]+)"
    r"(?:[.,]? (?P<details>(?:for|on|at|in) .+))?",
    re.IGNORECASE,
)
NUMBERS = re.findall(
    r"\w+",
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty",
)


def _recall(conversation: Conversation, pattern: re.Pattern[str], group: str) -> str | None:
    for text in reversed(conversation.said_by_user):
        found = pattern.search(text)
        if found and found[group]:
            return found[group].strip(" .?!,")
    return None


def greeting(conversation: Conversation) -> str:
    """How a conversation is opened; says who is speaking where the prompt does."""
    who = own_name(conversation.prompt) or persona(conversation.prompt)
    return f"Hello, this is {who}. What can I do for you?" if who else "Hello! What can I do for you?"


def can_hear(_: re.Match[str], conversation: Conversation) -> str:
    """Yes, and who is speaking."""
    who = own_name(conversation.prompt) or persona(conversation.prompt)
    return f"Yes, I can hear you. This is {who}." if who else "Yes, I can hear you. What can I do for you?"


def who_are_you(_: re.Match[str], conversation: Conversation) -> str:
    """The role that the prompt gives, and what is behind it."""
    who = persona(conversation.prompt)
    role = f"I am {who}. " if who else ""
    return f"{role}To be honest, I am only a stand-in, and no model."


def your_name(_: re.Match[str], conversation: Conversation) -> str:
    """The agent's."""
    who = own_name(conversation.prompt) or persona(conversation.prompt)
    return f"I am {who}." if who else "I have no name. I am only a stand-in."


def your_task(_: re.Match[str], conversation: Conversation) -> str:
    """What the prompt says first."""
    told = task(conversation.prompt)
    return f"I was told: {told}." if told else "I was told nothing at all."


def repeat(_: re.Match[str], conversation: Conversation) -> str:
    """The last answer once more."""
    return conversation.last_answer or "I have not said anything yet. What can I do for you?"


def my_name(_: re.Match[str], conversation: Conversation) -> str:
    """Remembered from what was said earlier."""
    name = _recall(conversation, NAME, "name")
    return f"Your name is {name}." if name else "You have not told me your name yet."


def my_home(_: re.Match[str], conversation: Conversation) -> str:
    """Remembered from what was said earlier."""
    city = _recall(conversation, HOME, "city")
    return f"You live in {city}." if city else "You have not told me where you live."


def my_order(_: re.Match[str], conversation: Conversation) -> str:
    """Remembered from what was said earlier."""
    order = _recall(conversation, ORDER, "order")
    return f"You ordered {order}." if order else "You have not ordered anything yet."


def meet(found: re.Match[str], _: Conversation) -> str:
    """Greets a caller who has given a name."""
    city = found["city"]
    return f"Nice to meet you, {found['name']}. " + (
        f"How is life in {city}?" if city else "What can I do for you?"
    )


def goodbye(_: re.Match[str], conversation: Conversation) -> str:
    """Ends, with the caller's name if it is known."""
    name = _recall(conversation, NAME, "name")
    return f"Thank you for calling, {name}. Goodbye." if name else "Thank you for calling. Goodbye."


def book(found: re.Match[str], _: Conversation) -> str:
    """Confirms a booking, or asks for what it lacks."""
    details = found["details"]
    if details:
        return (
            f"{found['what']} {details[0].lower()}{details[1:]}, I have noted that. Is there anything else?"
        )
    return f"{found['what']}, gladly. For how many people, and when?"


def count(found: re.Match[str], _: Conversation) -> str:
    """Counts as far as asked, to twenty at most."""
    last = found["last"].lower()
    upto = NUMBERS.index(last) + 1 if last in NUMBERS else 10
    return ", ".join(NUMBERS[:upto]) + "."
