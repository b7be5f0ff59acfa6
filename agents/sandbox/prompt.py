"""What the prompt says about who is speaking and what is so."""

import re

_PERSONA = re.compile(r"\byou(?: are|'re) (?:called )?(?P<who>(?:[^.,;:!?\n]|\.(?=\w))+)", re.IGNORECASE)
_NAME = re.compile(r"\byour name is (?P<name>[^.,;:!?\n]+)", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
_ORDER_TO_US = re.compile(
    r"(you|your|answer|ask|be|speak|talk|reply|respond|keep|use|say|tell|never|always|do|don't|if|when|help|please)\b",
    re.IGNORECASE,
)
_SMALL_WORD = re.compile(
    r"(a|an|and|are|at|be|can|could|did|do|does|for|from|have|how|i|in|is|it|its|like|me|much|my|of|on|"
    r"or|please|say|tell|that|the|there|this|to|today|was|we|what|when|where|which|who|will|with|"
    r"would|you|your)$"
)


def persona(prompt: str) -> str | None:
    """Who the prompt says the agent is, e.g. `the receptionist of Hotel Aurora`."""
    found = _PERSONA.search(prompt)
    return found["who"].strip() if found else None


def own_name(prompt: str) -> str | None:
    """The name the prompt gives the agent."""
    found = _NAME.search(prompt)
    return found["name"].strip() if found else None


def task(prompt: str) -> str | None:
    """The first sentence of the prompt, without its full stop."""
    found = _SENTENCE.search(prompt)
    return found[0].strip(" .!?") if found else None


def fact_for(question: str, prompt: str) -> str | None:
    """The sentence of the prompt that shares most words with the question, if it shares enough of them."""
    asked = _content_words(question)
    facts = [s.strip() for s in _SENTENCE.findall(prompt) if not _ORDER_TO_US.match(s.strip())]
    best = max(facts, key=lambda fact: len(asked & _content_words(fact)), default="")
    shared = len(asked & _content_words(best))
    return best if shared and 2 * shared >= len(asked) else None


def _content_words(text: str) -> set[str]:
    words = re.findall(r"[a-z']+", text.lower())
    return {word.rstrip("s") for word in words if not _SMALL_WORD.match(word)}
