"""RTVI, as far as a caller may use it."""

from loguru import logger
from pipecat.frames.frames import ErrorFrame, Frame, InputTransportMessageFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.processors.frameworks.rtvi import RTVIProcessor
from pipecat.processors.frameworks.rtvi.models import ClientMessage

from ..agents.frames import ToldErrorFrame

_READY = "client-ready"
_HANG_UP = "disconnect-bot"
INTERNAL_ERROR = "Something went wrong on the server."


class ClientMessages(RTVIProcessor):
    """Answers what it doesn't take with RTVI's `error-response`.

    Pipecat's own processor would also take text, files by their address, audio and results of
    functions from a client: ways around the gate, and into the server's network.

    Event handlers: `on_hang_up`, the client asked the server to end the call.
    """

    def __init__(self) -> None:
        super().__init__()
        self._register_event_handler("on_hang_up")

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Passes on what is fit for a client, in either direction."""
        if isinstance(frame, InputTransportMessageFrame) and frame.message["type"] == _HANG_UP:
            await self._call_event_handler("on_hang_up")
        elif isinstance(frame, InputTransportMessageFrame) and frame.message["type"] != _READY:
            await self._refuse(frame)
        elif isinstance(frame, ErrorFrame) and not isinstance(frame, ToldErrorFrame):
            logger.error("{} failed outside of recovery", frame.processor)
            await super().process_frame(ToldErrorFrame(INTERNAL_ERROR), direction)
        else:
            await super().process_frame(frame, direction)

    async def tell(self, sentence: str) -> None:
        """Sends an `error` that changes nothing about the call."""
        await self.send_error(sentence)

    async def _refuse(self, frame: InputTransportMessageFrame) -> None:
        kind = str(frame.message["type"])[:64]
        message = ClientMessage(msg_id=str(frame.message.get("id", "")), type=kind)
        await self.send_error_response(message, f"Messages of type {kind} are not taken here.")
