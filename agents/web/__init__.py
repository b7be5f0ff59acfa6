"""The doors: HTTP and WebSocket routes."""
