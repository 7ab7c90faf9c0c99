"""The command `adaptor`: finds the subcommand and ends with its exit code."""

from __future__ import annotations

import argparse
import sys

from .help import Help

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

#: The commands, each a module of this room. Only the one that is asked for is imported.
COMMANDS = ("run", "test", "new", "docs", "config", "completion", "version")

EXIT_CODES = """\
exit codes:
  0    all well
  1    the run finished with errors, or nobody knows whether something was sent
  2    bad input: usage, state, credentials; nothing was run
  3    the job crashed or could not be loaded
  130  interrupted
"""


def parser(*names: str) -> argparse.ArgumentParser:
    """Return the parser of the command line, with these commands alone or with all of them."""
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
    for name in names or COMMANDS:
        import_module(f".{name}", __package__).add_to(commands)
    return root


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run a command line and exit with its code."""
    words = sys.argv[1:] if arguments is None else arguments
    root = parser(*(name for name in COMMANDS if name in words[:1]))
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
