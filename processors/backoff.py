"""How long a line to an upstream rests between tries to open a session."""

BACKOFF_SECS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""After the first try that failed, the second, and so on; then as each line sees fit."""
