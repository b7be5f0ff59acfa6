"""One utterance and what became of it."""

from dataclasses import dataclass, field
from math import inf

from ..wire import AgentState
from .first_sound import first_sound_secs
from .log import CallLog, Message
from .speech import is_audible

_ANSWERED = (AgentState.THINKING, AgentState.SPEAKING, AgentState.LISTENING)


@dataclass(frozen=True)
class Turn:
    """What was seen from the start of an utterance until the agent listened again."""

    why: str | None
    """Why it counts as unanswered, as a clause; None when it was answered."""
    heard: str = ""
    """The user's words, as the agent's recogniser took them."""
    reply: str = ""
    """The agent's words."""
    states: list[str] = field(default_factory=list)
    audio: bytes = b""
    """The agent's voice, 24 kHz mono s16le, without the pauses."""
    voice_to_voice_ms: int | None = None
    """From the last audible sample spoken to the first that is heard of the agent, be it an apology.

    Negative when the agent cut in; None when it stayed silent.
    """
    errors: list[Message] = field(default_factory=list)

    @property
    def answered(self) -> bool:
        """Whether thinking, speaking and listening followed in order, with a voice, or a text alone."""
        return self.why is None


def read_turn(
    log: CallLog, since_secs: float, speech_end_secs: float | None, until_secs: float = inf
) -> Turn:
    """Judges the stretch of a call between two times.

    Without `speech_end_secs` (nobody knows when a person stopped) no latency is given.
    """
    part = _stretch(log, since_secs, until_secs)
    states = [state for state, _ in part.states]
    audio = b"".join(voice.pcm for voice in part.voice)
    return Turn(
        why=_why_unanswered(states, part, audio),
        heard=" ".join(_texts(part, "user-transcription", final_only=True)),
        reply=reply_text(part),
        states=states,
        audio=audio,
        voice_to_voice_ms=_latency_ms(part, speech_end_secs),
        errors=part.of("agent-error"),
    )


def _stretch(log: CallLog, since_secs: float, until_secs: float) -> CallLog:
    part = CallLog()
    part.messages = [each for each in log.messages if since_secs <= each.at_secs <= until_secs]
    part.voice = [each for each in log.voice if since_secs <= each.at_secs <= until_secs]
    part.states = [each for each in log.states if since_secs <= each.at_secs <= until_secs]
    return part


def reply_text(log: CallLog) -> str:
    """The agent's words: whole sentences where the server sends them, else the model's pieces."""
    sentences = _texts(log, "bot-transcription")
    return " ".join(sentences) if sentences else "".join(_texts(log, "bot-llm-text")).strip()


def _texts(log: CallLog, type: str, final_only: bool = False) -> list[str]:
    wanted = [each.data for each in log.of(type) if not final_only or each.data.get("final")]
    return [str(data.get("text", "")) for data in wanted]


def _latency_ms(part: CallLog, speech_end_secs: float | None) -> int | None:
    first_secs = first_sound_secs(part.voice)
    if first_secs is None or speech_end_secs is None:
        return None
    return round((first_secs - speech_end_secs) * 1000)


def _why_unanswered(states: list[str], part: CallLog, audio: bytes) -> str | None:
    if AgentState.RECOVERING_ERROR in states:
        return _apology(part.of("agent-error"))
    if not states:
        return "the agent noticed no speech"
    if AgentState.SPEAKING not in states and states[-1] == AgentState.LISTENING:
        return "the agent heard no words"
    if not _in_order(states):
        return f"no whole answer came, only {', '.join(states)}"
    is_written = bool(reply_text(part)) and not part.of("bot-started-speaking")
    return None if is_written or is_audible(audio) else "the answer was silent"


def _apology(errors: list[Message]) -> str:
    if not errors:
        return "the agent apologised and gave no reason"
    data = errors[-1].data
    return f"the agent apologised: {data.get('stage')}: {data.get('message')} ({data.get('code')})"


def _in_order(states: list[str]) -> bool:
    left = iter(states)
    return all(wanted in left for wanted in _ANSWERED)
