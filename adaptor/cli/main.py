"""The command `adaptor`: finds the subcommand and ends with its exit code."""

from __future__ import annotations

import argparse
import sys

from .help import Help

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

EXIT_CODES = """\
exit codes:
  0    all well
  1    the run finished with errors, or nobody knows whether something was sent
  2    bad input: usage, state, credentials; nothing was run
  3    the job crashed or could not be loaded
  4    killed: it took too long or too much memory
  130  interrupted
"""


#: The subcommands, each in a module of its name, in the order in which help lists them.
COMMANDS = ("run", "check", "version")


def parser(names: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """Return the parser of the command line.

    Args:
        names: The commands it knows. Default: all of them.
    """
    from importlib import import_module

    root = argparse.ArgumentParser(
        prog="adaptor",
        description="Write Messenger jobs as short Python scripts, and run them.",
        epilog=EXIT_CODES,
        formatter_class=Help,
        allow_abbrev=False,
    )
    # With `prog` given, no help is laid out before anybody asks for it.
    commands = root.add_subparsers(title="commands", dest="command", metavar="COMMAND", prog="adaptor")
    for name in names:
        import_module(f"{__package__}.{name}").add_to(commands)
    return root


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run a command line and exit with its code."""
    words = sys.argv[1:] if arguments is None else arguments
    # A command is not kept waiting for the others.
    root = parser(words[:1] if words and words[0] in COMMANDS else COMMANDS)
    given = root.parse_args(words)
    if given.command is None:
        root.print_help(sys.stderr)
        sys.exit(2)
    try:
        code: int = given.perform(given)
    except KeyboardInterrupt:
        code = 130
    except Exception as fault:
        print(_fault(fault), file=sys.stderr)
        code = 3
    sys.exit(code)


def _fault(fault: Exception) -> str:
    """Return what is said of a fault of our own: where it is, but not its text, which could hold anything."""
    import traceback

    frame = traceback.extract_tb(fault.__traceback__)[-1]
    return (
        f"adaptor itself has a fault: {type(fault).__name__} in {frame.filename}, line {frame.lineno} ({frame.name}).\n"
        "  sent:  Unknown; look at the log above.\n"
        "  fix:   Please report it with these lines and the job."
    )
