"""What the conversationalist says of the results of the tools that it called."""

import json
from collections.abc import Mapping, Sequence
from typing import Any


def say_results(messages: Sequence[Mapping[str, Any]]) -> str:
    """A sentence for each result that came after the user's last words; "" where there is none."""
    names: dict[str, str] = {}
    said: list[str] = []
    for message in messages:
        if message.get("role") == "user":
            said = []
        for call in message.get("tool_calls") or ():
            names[str(call.get("id"))] = str((call.get("function") or {}).get("name"))
        if message.get("role") == "tool":
            said.append(
                _sentence(names.get(str(message.get("tool_call_id")), "that"), message.get("content"))
            )
        elif message.get("role") == "assistant" and message.get("content"):
            said = []
    return " ".join(said)


def _sentence(name: str, content: Any) -> str:
    result = _read(content)
    if isinstance(result, Mapping) and "error" in result:
        return f"I am sorry, I could not {name.replace('_', ' ')}: {_words(result['error'])}."
    if isinstance(result, Mapping) and "result" in result:
        result = result["result"]
    if result in ("CANCELLED", "IN_PROGRESS"):
        return f"I am sorry, I could not {name.replace('_', ' ')}."
    if result in (None, "", True, "COMPLETED"):
        return "That is done."
    text = _words(result)
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _read(content: Any) -> Any:
    if isinstance(content, list):
        content = " ".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    try:
        return json.loads(content)
    except (TypeError, ValueError):
        return content


def _words(value: Any) -> str:
    """JSON as it can be spoken."""
    if isinstance(value, Mapping):
        return ", ".join(f"{str(key).replace('_', ' ')}: {_words(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(_words(each) for each in value) or "nothing"
    if value is None or isinstance(value, bool):
        return {True: "yes", False: "no", None: "nothing"}[value]
    return str(value)
