"""The caller's end of a call: what `agent call`, the tests and the bench talk to a server with."""
