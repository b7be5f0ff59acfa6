"""The core: from settings to a running call."""
