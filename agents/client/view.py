"""A call as lines in a terminal: one for each thing that happens, with its time."""

from collections.abc import Callable, Sequence
from typing import Self

from rich.box import SIMPLE
from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.text import Text

from ..wire import AgentState
from .log import CallLog, Message, Observer
from .turn import Turn, reply_text
from .words import ending, printable

_STYLES = {"you": "cyan", "agent": "green", "error": "red", "ended": "red", "missed": "red"}
_STAGES = ("endpointing", "stt", "llm", "tts", "total")


class View(Observer):
    """Prints a call as it goes; on a terminal in colour, with the present state at the bottom.

    Where standard output is no terminal the same lines come out plain, so that a log keeps them.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, markup=False)
        self._status: Status | None = None
        self._reply = CallLog()
        self._last_error = ""

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status = self._console.status(Text("connecting"))
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def line(self, at_secs: float, label: str, text: str) -> None:
        """One line; what a server sent is shown without its control characters."""
        text_and_style = (f"{label:<10}{printable(text)}", _STYLES.get(label, ""))
        self._console.print(Text.assemble((f"{at_secs:6.2f} s  ", "dim"), text_and_style), soft_wrap=True)

    def message(self, message: Message) -> None:
        """Shows what is worth a line, and passes over the rest of RTVI."""
        show = _SHOWN.get(message.type)
        if show is not None:
            show(self, message)

    def _state(self, message: Message) -> None:
        state = str(message.data.get("state"))
        if state in (AgentState.LISTENING, AgentState.RECOVERING_ERROR):
            self._flush(message.at_secs)
        if state == AgentState.LISTENING:
            self._last_error = ""
        self.line(message.at_secs, "state", state)
        if self._status is not None:
            self._status.update(Text(state))

    def _flush(self, at_secs: float) -> None:
        """The model's pieces become one line, unless they came as sentences already."""
        if not self._reply.of("bot-transcription") and (text := reply_text(self._reply)):
            self.line(at_secs, "agent", text)
        self._reply = CallLog()

    def _said_by_user(self, message: Message) -> None:
        if message.data.get("final"):
            self.line(message.at_secs, "you", str(message.data.get("text", "")))

    def _said_by_agent(self, message: Message) -> None:
        self._reply.add(message)
        if message.type == "bot-transcription":
            self.line(message.at_secs, "agent", str(message.data.get("text", "")))

    def _metrics(self, message: Message) -> None:
        ms = message.data.get("ms") or {}
        parts = [
            f"{stage} {ms[stage] / 1000:.2f}" for stage in _STAGES if isinstance(ms.get(stage), int | float)
        ]
        self.line(message.at_secs, f"turn {message.data.get('turn')}", "  ".join(parts) + " s")

    def _agent_error(self, message: Message) -> None:
        data = message.data
        self._error_line(message, f"{data.get('stage')}: {data.get('message')} ({data.get('code')})")

    def _rtvi_error(self, message: Message) -> None:
        self._error_line(message, str(message.data.get("error") or message.data.get("message")))

    def _error_line(self, message: Message, text: str) -> None:
        """RTVI's `error` says what `agent-error` says: whichever comes second is passed over."""
        if not self._last_error or (self._last_error not in text and text not in self._last_error):
            self.line(message.at_secs, "error", text)
        self._last_error = text

    def _chunk(self, message: Message) -> None:
        data = message.data
        self.line(message.at_secs, "stored", f"#{data.get('sequenceNumber')} {data.get('speakerType')}")

    def _interruption(self, message: Message) -> None:
        self.line(message.at_secs, "agent", "(interrupted)")

    def _ended(self, message: Message) -> None:
        self.line(message.at_secs, "ended", ending(None, str(message.data.get("reason"))))

    def turn(self, at_secs: float, name: str, turn: Turn) -> None:
        """What became of one utterance."""
        if turn.why is not None:
            self.line(at_secs, "missed", f"{name}: {turn.why}")
        elif turn.voice_to_voice_ms is not None:
            self.line(at_secs, "measured", f"voice to voice {turn.voice_to_voice_ms / 1000:.2f} s")

    def table(self, turns: Sequence[tuple[str, Turn]]) -> None:
        """All utterances at the end."""
        table = Table("utterance", "heard", "answered", "voice to voice, ms", box=SIMPLE)
        for name, turn in turns:
            latency_ms = "-" if turn.voice_to_voice_ms is None else str(turn.voice_to_voice_ms)
            table.add_row(name, Text(turn.heard), *(("yes", latency_ms) if turn.answered else ("no", "-")))
        self._console.print(table)

    def sentence(self, text: str) -> None:
        """How it went over all."""
        self._console.print(text, soft_wrap=True)


_SHOWN: dict[str, Callable[[View, Message], None]] = {
    "agent-state": View._state,
    "user-transcription": View._said_by_user,
    "bot-transcription": View._said_by_agent,
    "bot-llm-text": View._said_by_agent,
    "turn-metrics": View._metrics,
    "agent-error": View._agent_error,
    "error": View._rtvi_error,
    "error-response": View._rtvi_error,
    "unreadable": View._rtvi_error,
    "transcript-chunk": View._chunk,
    "interruption": View._interruption,
    "call-ended": View._ended,
}
