"""The `agent` command, one file per subcommand."""

import sys

import typer

from .call import call
from .check import check
from .components import components
from .failure import CommandFailed
from .init import init
from .sandbox import sandbox
from .serve import serve
from .token import token
from .transcript import transcript

app = typer.Typer(
    help="Voice agents assembled from a settings file. Start with `agent serve`, then `agent call`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (init, serve, check, components, token, call, transcript, sandbox):
    app.command(command.__name__)(command)


def main() -> None:
    """Runs the command; a failure is one sentence on standard error and an exit code."""
    try:
        app()
    except CommandFailed as failure:
        sys.stderr.write(f"{failure}\n")
        sys.exit(failure.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
