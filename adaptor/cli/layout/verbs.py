"""A command that has commands of its own: `adaptor runs list`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def add_with_verbs(commands: Any, name: str, what: str, description: str, epilog: str) -> Any:
    """Add a command that has commands of its own, one of which must be given; return what these are added to.

    Args:
        commands: What it is added to.
        name: Its name.
        what: What it is for, in the list of commands.
        description: The same in its own help.
        epilog: What follows there: examples and exit codes.
    """
    command = commands.add_parser(name, help=what, description=description, epilog=epilog)
    return command.add_subparsers(
        title="commands", dest="verb", metavar="COMMAND", prog=f"adaptor {name}", required=True
    )
