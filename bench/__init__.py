"""Measurements, each a command: `uv run python -m bench.NAME --help`."""
