"""An OpenAI-compatible stand-in for trying, testing and load."""
