"""The user's turns, for a model that hears them itself."""

from pipecat.frames.frames import Frame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.turns.user_turn_processor import UserTurnProcessor


class HeardTurns(UserTurnProcessor):
    """Pipecat's processor, whose rules see what they decide come by: nothing can overtake it then."""

    async def _on_push_frame(
        self, controller: object, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM
    ) -> None:
        await self.queue_frame(frame, direction)

    async def _on_broadcast_frame(self, controller: object, frame_cls: type[Frame], **kwargs: object) -> None:
        await self.queue_frame(frame_cls(**kwargs))
        await self.push_frame(frame_cls(**kwargs), FrameDirection.UPSTREAM)
