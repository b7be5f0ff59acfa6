"""`python -m turnwise.agents.sandbox [--port P]`: the sandbox alone."""

import argparse
import os
import sys
import threading

from .server import run
from .unavailable import SandboxUnavailable


def main() -> int:
    """Serves until it is told to stop; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m turnwise.agents.sandbox")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--end-with-stdin", action="store_true", help="end when standard input closes")
    options = parser.parse_args()
    if options.end_with_stdin:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    try:
        run(options.port)
    except SandboxUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _end_with_stdin() -> None:
    """The parent holds the other end, so this returns when it dies, whatever killed it."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
