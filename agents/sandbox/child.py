"""The sandbox as a child process of the server, ending with it however that ends."""

import queue
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from typing import IO

from .unavailable import SandboxUnavailable

_COMMAND = (sys.executable, "-P", "-m", "turnwise.agents.sandbox", "--port", "0", "--end-with-stdin")
_LINE_START = "sandbox "


class SandboxProcess:
    """Starts a sandbox and stops it. Blocks, so call it from a thread."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[str] | None = None
        self._stderr: IO[str] | None = None

    def start(self, timeout_secs: float = 20.0) -> str:
        """Returns the base URL for OpenAI's client once the sandbox answers.

        Raises:
            SandboxUnavailable: it has ended or does not answer in time.
        """
        deadline = time.monotonic() + timeout_secs
        self._stderr = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        # Its standard input is the tie: the system closes our end when we die.
        self._child = subprocess.Popen(  # noqa: S603
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
            start_new_session=True,  # Ctrl-C in the terminal is for the server, which then stops the sandbox
        )
        try:
            base_url = self._read_address(self._child, deadline)
            self._await_answer(base_url, deadline)
        except SandboxUnavailable:
            self.stop()
            raise
        return base_url

    def stop(self) -> None:
        """Ends the sandbox; does nothing if there is none."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
        if self._stderr is not None:
            self._stderr.close()
        self._child = self._stderr = None

    def _read_address(self, child: "subprocess.Popen[str]", deadline: float) -> str:
        """The first line of the child, waited for in a thread since a pipe knows no timeout."""
        assert child.stdout is not None
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(
            target=lambda out: lines.put(out.readline()), args=(child.stdout,), daemon=True
        ).start()
        try:
            line = lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise SandboxUnavailable(
                "The sandbox did not start in time; try again with a quieter machine."
            ) from None
        if not line.startswith(_LINE_START):
            raise SandboxUnavailable(self._last_words(child))
        return line.removeprefix(_LINE_START).strip()

    def _await_answer(self, base_url: str, deadline: float) -> None:
        ask = urllib.request.Request(f"{base_url}/models", headers={"Authorization": "Bearer sandbox"})  # noqa: S310
        try:
            with urllib.request.urlopen(ask, timeout=max(0.1, deadline - time.monotonic())):  # noqa: S310
                return
        except (urllib.error.URLError, TimeoutError) as error:
            raise SandboxUnavailable(f"The sandbox started but does not answer: {error}.") from None

    def _last_words(self, child: "subprocess.Popen[str]") -> str:
        """What the child said when it ended."""
        code = child.wait()
        assert self._stderr is not None
        self._stderr.seek(0)
        words = self._stderr.read().strip().splitlines()
        return (
            words[-1]
            if words
            else f"The sandbox ended with code {code} before it served; run agent sandbox to see why."
        )
