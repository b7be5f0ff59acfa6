"""From settings files and variables to one validated object."""
