"""OpenAI's realtime surface: sessions that answer speech with speech, and sessions that write it down."""
