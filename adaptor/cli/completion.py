"""`adaptor completion`: what a shell needs to know to complete a command line."""

from __future__ import annotations

import argparse
import sys

from ..runner.execution.result import EXIT_WELL
from .layout.help import Help

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HELP = "print a script that completes commands in a shell"
EXAMPLE = """\
bash:  source <(adaptor completion bash)                             # also a line for ~/.bashrc
zsh:   source <(adaptor completion zsh)                              # also a line for ~/.zshrc, after compinit
fish:  adaptor completion fish > ~/.config/fish/completions/adaptor.fish
"""

#: What takes the place of a value: any file, any folder, or one of these words.
FILES, FOLDERS = "files", "folders"


class Option:
    """One option of a command.

    Attributes:
        flags: As it is written: `-s`, `--state`.
        takes: None where it takes no value, else `files`, `folders`, or the words that it may be, as far as they are
            known.
        name: What the value is called in the help.
        help: Its help.
    """

    def __init__(self, action: argparse.Action) -> None:
        self.flags = list(action.option_strings)
        self.takes = None if action.nargs == 0 else _takes(action)
        self.name = str(action.metavar or action.dest)
        self.help = (action.help or "").replace("%%", "%")


class Command:
    """One command.

    Attributes:
        name: What it is called.
        help: Its help.
        options: Its options.
        takes: What its other words may be, as for `Option`; None where it takes none.
    """

    def __init__(self, name: str, help: str, parser: argparse.ArgumentParser) -> None:  # noqa: A002
        self.name = name
        self.help = help
        actions = [action for action in parser._actions if action.help != argparse.SUPPRESS]
        self.options = [Option(action) for action in actions if action.option_strings]
        words = [action for action in actions if not action.option_strings]
        self.takes = _takes(words[0]) if words else None
        if name == "docs":
            from ..runner.docs.reference import entries

            self.takes = [entry.name for entry in entries() if entry.kind != "method"]


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "completion",
        help=HELP,
        description="Print a script with which a shell completes commands, options, files and the names of operations.",
        epilog=EXAMPLE,
        formatter_class=Help,
        allow_abbrev=False,
    )
    command.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell")
    command.set_defaults(perform=perform)


def perform(given: argparse.Namespace) -> int:
    """Print the script."""
    from ..runner.output.files import print_out
    from . import shells
    from .main import parser

    print_out(getattr(shells, given.shell)(read(parser())), sys.stdout)
    return EXIT_WELL


def read(root: argparse.ArgumentParser) -> list[Command]:
    """Return the commands of a parser."""
    (commands,) = (action for action in root._actions if isinstance(action, argparse._SubParsersAction))
    helps = {action.dest: action.help or "" for action in commands._choices_actions}
    return [Command(name, helps.get(name, ""), parser) for name, parser in commands.choices.items()]


def _takes(action: argparse.Action) -> str | list[str]:
    """Return what a value may be, by its choices or by the word that stands for it in the help."""
    name = str(action.metavar or "")
    if action.choices is not None:
        return [str(choice) for choice in action.choices]
    if any(word in name for word in ("FILE", "PATH", "JOB")):
        return FILES
    if "DIR" in name:
        return FOLDERS
    if name == "LEVEL":
        from ..runner.output.logs import LEVELS

        return list(LEVELS)
    return []
