"""What becomes of a fault of a realtime model, or of the way to it."""

from pipecat.processors.frame_processor import FrameProcessor

from ..agents.faults import StageFault
from ..agents.state import CallState
from ..agents.wire import AgentState
from .realtime_agent import RealtimeAgent
from .realtime_line import RealtimeLine
from .realtime_user import RealtimeUser


class RealtimeFaults:
    """Has the user told of a fault, once, and not where another session makes it good unnoticed."""

    def __init__(
        self,
        processor: FrameProcessor,
        state: CallState,
        line: RealtimeLine,
        user: RealtimeUser,
        agent: RealtimeAgent,
    ) -> None:
        self._processor = processor
        self._state = state
        self._line = line
        self._user = user
        self._agent = agent
        self._is_told = self._is_heard = False

    def heard(self) -> None:
        """Somebody has begun to speak while there is no model: a fault is theirs to know again."""
        self._is_heard = True

    def mended(self) -> None:
        """There is a session: what fails next is another fault."""
        self._is_told = False

    async def lost(self, error: BaseException, was_open: bool) -> None:
        """A session was lost (`was_open`), or could not be opened."""
        if was_open:
            self._user.session_lost()
        is_missed = self._agent.is_awaited or self._state.current is AgentState.THINKING
        if was_open and _is_cut(error) and not is_missed and not self._is_told:
            self._is_told = True
            self._line.outbox.again()
            return
        if not was_open and self._is_told and not (self._is_heard or self._agent.is_expected):
            return
        self._is_told, self._is_heard = True, False
        self.forget_turn()
        self._agent.lose()
        await self._processor.push_error("the realtime model failed", exception=_as_exception(error))

    def missed(self) -> None:
        """The model took too long; so has a session that was not there to ask it."""
        if self._line.session:
            self._line.give_up(StageFault("timeout"))
        else:
            self._processor.create_task(self.lost(StageFault("timeout"), False))

    def forget_turn(self) -> None:
        """The turn in progress is given up."""
        self._agent.forget()
        self._user.forget()


def _is_cut(error: BaseException) -> bool:
    return isinstance(error, StageFault) and error.code == "cut_off"


def _as_exception(error: BaseException) -> Exception:
    return error if isinstance(error, Exception) else StageFault("internal")
