"""A sandbox of its own process for all these tests."""

from ..sandbox.conftest import base_url, control, spoken

__all__ = ["base_url", "control", "spoken"]
