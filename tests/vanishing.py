"""A machine that is gone: its plug was pulled, or its battery is empty."""

from aiortc import RTCPeerConnection


def vanish(connection: RTCPeerConnection) -> None:
    """From now on no packet comes or goes, and no good-bye is said."""
    for transceiver in connection.getTransceivers():
        for protocol in transceiver.receiver.transport.transport._connection._protocols:
            protocol.transport.sendto = lambda *_: None  # pyright: ignore
            protocol.datagram_received = lambda *_: None  # pyright: ignore
