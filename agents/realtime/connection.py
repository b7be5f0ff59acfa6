"""What an agent needs of the connection to a realtime model, whichever way it goes."""

from typing import Any, Protocol

Event = dict[str, Any]

MODEL_RATE_HZ = 24_000
"""Mono, signed 16 bit little endian, both ways: the only PCM that the API takes."""


class RealtimeConnection(Protocol):
    """An open connection. Events are those of OpenAI's realtime API, GA shapes, over a WebSocket.

    A connection on which audio travels apart from the events (WebRTC) tells it as a WebSocket would:
    the model's voice comes as `response.output_audio.delta`, and `response.done` behind the last of it.
    """

    @property
    def request_id(self) -> str | None:
        """The upstream's id of the request that it was opened with."""
        ...

    async def send(self, event: Event) -> None:
        """Says something to the model.

        Raises:
            StageFault: the connection is over (`cut_off`).
        """
        ...

    async def append(self, audio: bytes) -> None:
        """Hands on what the microphone heard, at `MODEL_RATE_HZ`.

        Raises:
            StageFault: the connection is over (`cut_off`).
        """
        ...

    async def receive(self) -> str:
        """The model's next event, as JSON; it may be anything that the other side sent.

        Raises:
            StageFault: the connection is over (`cut_off`).
        """
        ...

    async def close(self) -> None:
        """Ends the session; returns soon even if nobody is there any more."""
        ...
