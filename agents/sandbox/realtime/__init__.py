"""OpenAI's realtime surface: sessions over a WebSocket. Of its two kinds, transcription is here."""
