"""What a stage may have to reach before a caller is let in."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class ReachesUpstream(Protocol):
    """A processor that can go upstream before the call begins, so that it can still be refused."""

    async def reach_upstream(self) -> None:
        """Gets whatever the call cannot do without.

        Raises:
            Exception: why it cannot be had, fit for `describe`.
        """
        ...

    async def leave_upstream(self) -> None:
        """Gives it up again: the call does not come about."""
        ...
