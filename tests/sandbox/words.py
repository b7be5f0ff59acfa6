"""Word errors, and what the recordings say."""

from turnwise.agents.sandbox.phrases import words_of

SAID = {
    "hello": "Hello, can you hear me?",
    "weather": "What is the weather like in Paris today?",
    "order": "I would like to order two large coffees and a sandwich.",
    "name": "My name is Alice and I live in Boston.",
    "repeat": "Could you please repeat that?",
    "time": "What time does the museum open on Sunday?",
    "long": "I am planning a trip to Rome next month, and I would like to know which museums are open on "
    "Monday, how much the tickets cost, and whether I need to book them in advance.",
    "goodbye": "Thank you very much. Goodbye.",
    "pause_450": "I would like to book a table for four people on Friday evening.",
    "pause_900": "I would like to book a table for four people on Friday evening.",
}


def word_errors(said: str, heard: str) -> int:
    """The least number of words to change, add or take away."""
    wanted, got = words_of(said), words_of(heard)
    row = list(range(len(got) + 1))
    for count, word in enumerate(wanted, 1):
        diagonal, row[0] = row[0], count
        for at, other in enumerate(got, 1):
            diagonal, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, diagonal + (word != other))
    return row[-1]


def word_error_rate(pairs: list[tuple[str, str]]) -> float:
    """Over all pairs of what was said and what was heard."""
    return sum(word_errors(*pair) for pair in pairs) / sum(len(words_of(said)) for said, _ in pairs)
