"""What Pipecat brings that a settings file can name, read from its source without importing it."""
