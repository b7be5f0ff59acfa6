"""A caller who waits as long as only a broken server takes, for many calls share the machine."""

from turnwise.agents.client.caller import Caller
from turnwise.agents.client.log import Message, SeenState

from .patience import PATIENCE_SECS


class PatientCaller(Caller):
    """Waits longer than a person would, unless told otherwise."""

    async def wait_for_state(self, state: str, timeout_secs: float = PATIENCE_SECS) -> SeenState:
        return await super().wait_for_state(state, timeout_secs)

    async def wait_for_message(
        self, type: str, timeout_secs: float = PATIENCE_SECS, since_secs: float = 0.0
    ) -> Message:
        return await super().wait_for_message(type, timeout_secs, since_secs)

    async def wait_for_close(self, timeout_secs: float = PATIENCE_SECS) -> int:
        return await super().wait_for_close(timeout_secs)
