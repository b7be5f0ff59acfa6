"""The conversationalist: rules in place of a language model, with the same answer every time."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .answers import Conversation, greeting
from .prompt import fact_for
from .rules import RULES
from .tool_choice import Call, choose_calls
from .tool_results import say_results

_QUESTION = re.compile(
    r"\b(what|when|where|which|who|how|is|are|does|do|can|could)\b.*|.*\?$", re.IGNORECASE | re.DOTALL
)


def reply(messages: Sequence[Mapping[str, Any]]) -> str:
    """Answers the last thing the user said, in one or two short sentences.

    `messages` are those of a chat completion; the system or developer messages are the prompt.
    """
    if results := say_results(messages):
        return results
    conversation, unanswered = read(messages)
    if not unanswered:
        return greeting(conversation)
    heard = _tidy(unanswered[-1])
    answer = _by_rule(heard, conversation) or _by_rule(_tidy(" ".join(unanswered)), conversation)
    return answer or _echo(heard)


def calls(
    messages: Sequence[Mapping[str, Any]],
    tools: Sequence[Mapping[str, Any]],
    choice: str | Mapping[str, Any] | None = None,
    *,
    parallel: bool = True,
) -> list[Call]:
    """The tools to call before an answer; none where there are results to be spoken of."""
    conversation, unanswered = read(messages)
    if not unanswered or say_results(messages):
        return []
    return choose_calls(unanswered[-1], conversation, tools, choice, parallel=parallel)


def read(messages: Sequence[Mapping[str, Any]]) -> tuple[Conversation, list[str]]:
    """The conversation, and what the user said since the last answer."""
    texts = [(str(message.get("role")), text_of(message)) for message in messages]
    prompt = "\n".join(text for role, text in texts if role in ("system", "developer"))
    said = tuple(text for role, text in texts if role == "user")
    answers = [index for index, (role, text) in enumerate(texts) if role == "assistant" and text]
    last = answers[-1] if answers else -1
    unanswered = [text for role, text in texts[last + 1 :] if role == "user"]
    return Conversation(prompt, said, texts[last][1] if answers else None), unanswered


def text_of(message: Mapping[str, Any]) -> str:
    """The text of a message, whose content may be a string or a list of parts."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content.strip()
    parts = (part.get("text", "") for part in content if isinstance(part, Mapping))
    return " ".join(str(part) for part in parts).strip()


def _by_rule(heard: str, conversation: Conversation) -> str | None:
    fact = fact_for(heard, conversation.prompt) if _QUESTION.match(heard) else None
    if fact:
        return fact
    for rule in RULES:
        found = rule.heard.search(heard)
        if found:
            answer = rule.answer
            text = (
                answer.format(**found.groupdict()) if isinstance(answer, str) else answer(found, conversation)
            )
            return text[:1].upper() + text[1:]
    return None


def _echo(heard: str) -> str:
    if not heard:
        return "I did not catch that. Could you say it again?"
    return f"You said: {heard}. Can you tell me more?"


def _tidy(text: str) -> str:
    return " ".join(text.split()).rstrip(" .?!")
