"""The way to a speech-to-speech model: one connection, over a WebSocket or over WebRTC."""
