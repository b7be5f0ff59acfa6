"""Why there is no sandbox."""


class SandboxUnavailable(Exception):
    """The sandbox cannot start; the message is one sentence for whoever wanted it."""
