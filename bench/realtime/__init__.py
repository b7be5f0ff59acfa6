"""Speech to speech and the cascade, over WebSocket and WebRTC: the same turns, alternating, in one run."""
