"""What the routes of one sandbox share."""

from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from .behaviour import Behaviours
from .ears import Ears
from .open_sessions import OpenSessions
from .realtime.open_calls import OpenCalls
from .request_log import RequestLog
from .voice import Voice


@dataclass
class Parts:
    """The faculties, and what is remembered of their use."""

    ears: Ears = field(default_factory=Ears)
    voice: Voice = field(default_factory=Voice)
    log: RequestLog = field(default_factory=RequestLog)
    behaviours: Behaviours = field(default_factory=Behaviours)
    sessions: OpenSessions = field(default_factory=OpenSessions)
    calls: OpenCalls = field(default_factory=OpenCalls)

    def wait_until_ready(self) -> None:
        """Blocks until the faculties are awake; raises what keeps them from it."""
        self.ears.wait_until_ready()
        self.voice.wait_until_ready()

    def close(self) -> None:
        """Ends the threads."""
        self.ears.close()
        self.voice.close()


def parts_of(request: HTTPConnection) -> Parts:
    """The parts of the sandbox that serves this request, or holds this WebSocket."""
    return request.app.state.parts
