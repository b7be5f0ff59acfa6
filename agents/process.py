"""Telling a process from a later one that was given the same number."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class ProcessId:
    """A process by its number and when it was born."""

    pid: int
    born: str
    """Opaque: the same for one process whenever it is asked, another for the next with its number."""

    @classmethod
    def own(cls) -> "ProcessId":
        """The process that asks."""
        return cls(os.getpid(), _born(os.getpid()) or "")

    def is_alive(self) -> bool:
        """Whether this very process still runs; one that only waits to be reaped does not."""
        return _born(self.pid) == self.born


def _born(pid: int) -> str | None:
    """When the process that has this number now was born; None if there is none."""
    return _born_on_linux(pid) if _BOOT.exists() else _born_elsewhere(pid)


def _born_on_linux(pid: int) -> str | None:
    try:
        boot = _BOOT.read_text().strip()
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    # The name in brackets may hold spaces. After it come the state and, as field 22, the start since boot.
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in {"Z", "X"} else f"{boot}/{fields[18]}"


def _born_elsewhere(pid: int) -> str | None:
    """For systems without /proc."""
    told = subprocess.run(  # noqa: S603 - fixed words and a number
        ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)],
        capture_output=True, text=True, check=False, env={"LC_ALL": "C"},
    )  # fmt: skip
    state, _, born = told.stdout.strip().partition(" ")
    return born.strip() if born and not state.startswith("Z") else None
