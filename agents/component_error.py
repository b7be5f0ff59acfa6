"""How a component fails before a call needs it."""


class ComponentError(Exception):
    """A component that cannot be found or built: what is wrong, and what to do about it."""

    def __init__(self, wrong: str, remedy: str) -> None:
        super().__init__(f"{wrong}; {remedy}")
        self.wrong = wrong
        self.remedy = remedy
