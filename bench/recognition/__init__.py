"""Streaming recognition against request and response: the same speech, alternating, in one run."""
