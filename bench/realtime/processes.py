"""What a process holds, read from /proc (Linux only)."""

from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_KIB_PER_MIB = 1024


@dataclass(frozen=True)
class Footprint:
    """What a process holds at one moment."""

    descriptors: int
    """Files, sockets and pipes that are open."""
    threads: int
    memory_mib: float
    """Resident."""


def footprint(pid: int) -> Footprint:
    """What a process holds now."""
    folder = _PROC / str(pid)
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    return Footprint(
        descriptors=len(list((folder / "fd").iterdir())),
        threads=int(status["Threads"]),
        memory_mib=int(status["VmRSS"].split()[0]) / _KIB_PER_MIB,
    )


def children_of(pid: int) -> list[int]:
    """The processes that a process has started and that are still there."""
    tasks = (_PROC / str(pid) / "task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]
