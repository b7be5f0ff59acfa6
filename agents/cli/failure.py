"""How a subcommand ends badly: one sentence and an exit code."""


class CommandFailed(Exception):
    """Ends the command; `main` prints the sentence to standard error, without a traceback.

    Exit codes: 1 failed, 2 wrong settings or arguments.
    """

    def __init__(self, sentence: str, exit_code: int = 1) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code
