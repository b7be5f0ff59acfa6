"""What counts as this machine."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine: never `127.0.0.1.example.org`."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
