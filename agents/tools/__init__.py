"""Tools: functions that the language model may call during a conversation."""
