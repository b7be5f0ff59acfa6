"""What the conversationalist gives to a tool: guessed from the words it heard, by type and name."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from .answers import HOME, NAME, NUMBERS, ORDER, Conversation, goodbye

_MISSING = object()
_DAY = re.compile(
    r"\b((?:next |this )?(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
    r"|today|tomorrow|tonight)\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(?:at|by|from) (\w+ o'clock|\d{1,2}(?::\d\d)?(?: ?[ap]m)?|noon|midnight)\b", re.IGNORECASE
)
_PLACE = re.compile(
    r"\b(?:in|to|near|for) (?!the |a |an )([a-z]+(?: [a-z]+)?)(?: (?:today|tomorrow|tonight|now))\b"
    r"|\b(?:in|to|near|for) ([A-Za-z]+)\b",
    re.IGNORECASE,
)


def guess_arguments(schema: Mapping[str, Any], heard: str, conversation: Conversation) -> dict[str, Any]:
    """A value for every required parameter, and for those optional ones of which something was said."""
    properties: Mapping[str, Any] = schema.get("properties") or {}
    required = set(schema.get("required") or ())
    guesser = _Guesser(heard, conversation)
    found: dict[str, Any] = {}
    for name, of in properties.items():
        value = guesser.guess(name, of)
        if value is _MISSING and name in required:
            value = guesser.anything(of)
        if value is not _MISSING:
            found[name] = value
    return found


class _Guesser:
    def __init__(self, heard: str, conversation: Conversation) -> None:
        self._heard = heard.strip(" .?!")
        self._conversation = conversation

    def guess(self, name: str, of: Mapping[str, Any]) -> Any:
        """What was said of a parameter."""
        options, kind = _options(of), _kind(of)
        if options:
            said = (each for each in options if re.search(rf"\b{re.escape(str(each))}\b", self._heard, re.I))
            return next(said, _MISSING)
        if kind in ("integer", "number"):
            return self._number(name)
        if kind == "array":
            one = self.guess(name, of.get("items") or {})
            return one if one is _MISSING else [one]
        return self._text(name) if kind == "string" else _MISSING

    def anything(self, of: Mapping[str, Any]) -> Any:
        """What fits a parameter of which nothing was said."""
        options, kind = _options(of), _kind(of)
        if options:
            return options[0]
        if kind == "array":
            return [self.anything(of.get("items") or {})]
        return {"integer": 1, "number": 1, "boolean": True, "object": {}, "null": None}.get(kind, self._heard)

    def _number(self, name: str) -> Any:
        """The number before the parameter's own word, as in "four people", else the first one."""
        number = rf"\b(\d+|{'|'.join(NUMBERS)})\b"
        own = rf"{number} (?:\w+ )?{re.escape(name.split('_')[-1])}"
        found = re.search(own, self._heard, re.I) or re.search(number, self._heard, re.I)
        return _value_of(found[1]) if found else _MISSING

    def _text(self, name: str) -> Any:
        for words, read in _READERS.items():
            if re.search(words, name):
                return read(self._heard, self._conversation)
        return _MISSING


def _first(pattern: re.Pattern[str]) -> Callable[[str, Conversation], Any]:
    def read(heard: str, _: Conversation) -> Any:
        found = pattern.search(heard)
        return next((group.strip() for group in found.groups() if group), _MISSING) if found else _MISSING

    return read


def _recalled(pattern: re.Pattern[str], group: str) -> Callable[[str, Conversation], Any]:
    """From what was heard, else from what was said before."""

    def read(heard: str, conversation: Conversation) -> Any:
        for text in (heard, *reversed(conversation.said_by_user)):
            found = pattern.search(text)
            if found and found[group]:
                return found[group].strip(" .?!,")
        return _MISSING

    return read


def _farewell(heard: str, conversation: Conversation) -> Any:
    found = re.search("", heard)
    return goodbye(found, conversation) if found else _MISSING


_READERS: dict[str, Callable[[str, Conversation], Any]] = {
    r"good_?bye|farewell": _farewell,
    r"day|date|when": _first(_DAY),
    r"time|hour": _first(_TIME),
    r"city|place|location|where|town|destination": _first(_PLACE),
    r"home|address": _recalled(HOME, "city"),
    r"item|order|food|drink|dish|product|what": _recalled(ORDER, "order"),
    r"name|customer|caller|guest|who": _recalled(NAME, "name"),
}


def _kind(of: Mapping[str, Any]) -> str:
    """The type of a parameter; of several, the first that isn't null."""
    kinds = of.get("type") or [each.get("type") for each in of.get("anyOf", ())] or "string"
    return (
        kinds
        if isinstance(kinds, str)
        else next((each for each in kinds if each and each != "null"), "string")
    )


def _options(of: Mapping[str, Any]) -> list[Any]:
    if "const" in of:
        return [of["const"]]
    return list(of.get("enum") or next((each["enum"] for each in of.get("anyOf", ()) if "enum" in each), ()))


def _value_of(word: str) -> int:
    return int(word) if word.isdigit() else NUMBERS.index(word.lower()) + 1
