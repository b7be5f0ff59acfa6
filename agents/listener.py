"""The socket that a server listens on."""

import socket

_BACKLOG = 2048


def open_listener(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    It is named as TCP: of any other asyncio leaves Nagle's algorithm on, which holds back every
    small message for up to 40 ms.

    Raises:
        OSError: the address is in use, or isn't this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
