"""Text that every service and every database takes."""


def sound_text(text: str) -> str:
    """The text without what is no character: half of a surrogate pair, or NUL.

    Neither can be sent or stored, and one of them in a conversation would make every request of the
    call fail. Two halves that belong together become one character.
    """
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "")
