"""`adaptor completion`: the script with which a shell completes a command line."""

from __future__ import annotations

import argparse
import sys

from ..runner.execution.result import EXIT_WELL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HELP = "print a script that completes commands in a shell"
EXAMPLE = """\
bash:  eval "$(adaptor completion bash)"        # also a line for ~/.bashrc
zsh:   eval "$(adaptor completion zsh)"         # also a line for ~/.zshrc, after compinit
fish:  adaptor completion fish > ~/.config/fish/completions/adaptor.fish
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "completion",
        help=HELP,
        description="Print a script with which a shell completes commands, options, files and the names of operations.",
        epilog=EXAMPLE,
    )
    command.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell")
    command.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Print the script."""
    import shtab

    from ..runner.output.files import print_out
    from .main import parser

    root = parser()
    _describe_values(root)
    print_out(shtab.complete(root, shell=options.shell), sys.stdout)
    return EXIT_WELL


def _describe_values(parser: argparse.ArgumentParser) -> None:
    """Say of each argument of a parser what its value may be, as far as argparse does not know it."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {each.dest: each.help for each in action._choices_actions}
            for name, command in action.choices.items():
                # A menu has room for a line, not for the description.
                command.description = helps.get(name)
                _describe_values(command)
        elif action.choices is None:
            _describe_value(action)


def _describe_value(action: Any) -> None:
    """Say what a value may be, by the word that stands for it in the help."""
    import shtab

    name = str(action.metavar or "")
    if any(word in name for word in ("FILE", "PATH", "JOB")):
        action.complete = shtab.FILE
    elif "DIR" in name:
        action.complete = shtab.DIRECTORY
    elif name == "LEVEL":
        from ..runner.output.logs import LEVELS

        action.choices = LEVELS
    elif name == "NAME" and not action.option_strings:
        from ..runner.docs.reference import entries

        action.choices = [entry.name for entry in entries() if entry.kind != "method"]
