"""What a component may know of the call that it is built for."""

import asyncio
from dataclasses import dataclass, field

from .conversation import Conversation
from .hang_up import HangUp
from .http_session import HttpSession
from .settings.model import AgentSettings
from .state import CallState
from .store.sink import TurnSink
from .tools.running import RunningTools
from .upstream import OpenAIUpstream


@dataclass(frozen=True)
class CallContext:
    """One call, as its components see it: nothing in it is shared with another call but what is
    read-only, the ways upstream and the place where turns go.
    """

    call_id: str
    meeting_id: str
    agent: AgentSettings
    state: CallState
    conversation: Conversation
    upstream: OpenAIUpstream
    turns: TurnSink
    http: HttpSession = field(default_factory=HttpSession)
    stage_of: dict[str, str] = field(default_factory=dict)
    """The stage that a processor of this name stands for; filled as the line is assembled."""
    client_ready: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the client said that it is ready to be told things."""
    tools: RunningTools = field(default_factory=RunningTools)
    """Which are at work now."""
    hang_up: HangUp = field(default_factory=HangUp)
    """Ends the call once the agent has said what it is saying."""
