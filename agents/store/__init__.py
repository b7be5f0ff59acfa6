"""Where meetings and transcripts are kept."""
