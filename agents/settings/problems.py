"""What can be wrong with settings, and how it is said: all of it at once."""

from dataclasses import dataclass

Path = tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    """One thing to mend: where, which key, what is wrong and what to do."""

    key: str
    wrong: str
    remedy: str = ""
    place: str = ""
    """`file:line`, or the name of a variable."""

    def __str__(self) -> str:
        said = f"{self.wrong}; {self.remedy}" if self.remedy else self.wrong
        return ": ".join(part for part in (self.place, self.key, said) if part)


class SettingsError(Exception):
    """Settings that cannot be used, with every problem found."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=_order)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def _order(problem: Problem) -> tuple[str, int]:
    """From the top of a file to its end."""
    file, _, line = problem.place.rpartition(":")
    return (file, int(line)) if line.isdigit() else (problem.place, 0)
