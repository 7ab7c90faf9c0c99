"""The command `adaptor`: finds the subcommand and ends with its exit code."""

from __future__ import annotations

import argparse
import atexit
import gc
import sys

from ..core.text.harmless import harmless, one_line
from .layout.help import Help

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

#: The commands, in the order in which help lists them. Only the one that is asked for is imported.
COMMANDS = (
    *("run", "serve", "dev", "worker", "submit", "runs", "pages", "stops", "collections", "check", "test", "sandbox"),
    *("new", "docs", "config", "completion", "version"),
)
#: Those that load or run a job in their own process.
_OF_JOBS = ("run", "check", "test")
#: Those whose module is in `cli/service`; the others' are beside this one.
_OF_SERVICE = frozenset(("serve", "dev", "worker", "submit", "pages", "stops"))

#: How many objects are made before the garbage collector looks at them, 2 MB at most. Python's own is 700 to 2,000.
_OBJECTS_BETWEEN_COLLECTIONS = 10_000

EXIT_CODES = """\
exit codes:
  0    all well
  1    the run finished with errors, or nobody knows whether something was sent
  2    bad input: usage, state, credentials; nothing was run
  3    the job crashed or could not be loaded
  4    killed: it took too long or too much memory
  130  interrupted
"""


def parser(names: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """Return the parser of the command line.

    Args:
        names: The commands it knows. Default: all of them.
    """
    from importlib import import_module

    root = _Parser(
        prog="adaptor",
        description="Write Messenger jobs as short Python scripts, and run them.",
        epilog=EXIT_CODES,
    )
    root.add_argument("--version", action="store_true", help="print the version")
    # With `prog` given, argparse formats no help until somebody asks for it.
    commands = root.add_subparsers(title="commands", dest="command", metavar="COMMAND", prog="adaptor")
    for name in names:
        import_module(f"{__package__}.{'service.' if name in _OF_SERVICE else ''}{name}").add_to(commands)
    root.set_defaults(parsers=commands.choices)
    return root


class _Parser(argparse.ArgumentParser):
    """Prints no word of the command line that a terminal would obey; its commands are parsers of this class too."""

    def __init__(self, **how: Any) -> None:
        super().__init__(formatter_class=Help, allow_abbrev=False, **how)

    def error(self, message: str) -> NoReturn:
        """End with one line about a wrong argument. The usage would hide it: `--help` shows that."""
        from .layout.usage_errors import in_words

        self.exit(2, f"{self.prog}: {in_words(message)} See {self.prog} --help.\n")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """End with a message."""
        super().exit(status, message and harmless(message))


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run a command line and exit with its code."""
    try:
        _main(arguments)
    except KeyboardInterrupt:
        # Before or after what the command does: there is nothing to say.
        sys.exit(130)


def _main(arguments: list[str] | None) -> NoReturn:
    is_process = arguments is None
    if is_process:
        # What a command imports lives as long as its process: nothing of it is garbage.
        gc.disable()
        _open_closed_streams()
    words = sys.argv[1:] if arguments is None else arguments
    if words and not words[0].startswith("-") and words[0] not in (*COMMANDS, "help"):
        from ..runner.problems.problems import did_you_mean

        fix = did_you_mean(words[0], COMMANDS, f"The commands are {', '.join(COMMANDS)}.")
        if words[0].endswith((".py", ".json", ".yaml", ".yml")):
            fix = f"Write: adaptor run {words[0]}"
        parser(()).exit(2, f"adaptor: there is no command `{one_line(words[0])}`.\n  fix:   {fix}\n")
    # Only the command that is asked for is imported.
    if words and words[0] in ("--version", "-V"):
        words = ["version", *words[1:]]
    elif words[:1] == ["help"]:
        words = [*words[1:], "--help"]
    root = parser(words[:1] if words and words[0] in COMMANDS else COMMANDS)
    if (given := _with_one_dash(words, root)) is not None:
        root.exit(2, f"adaptor {words[0]}: `{given}` has one dash.\n  fix:   Nothing was run. Write -{given}\n")
    options, further = root.parse_known_args(words)
    if len(further) == 1 and not further[0].startswith("-") and getattr(options, "workflow", "") is None:
        # argparse wants both positional words together; people write options between them.
        options.workflow, further = further[0], []
    if further and options.command is None:
        root.error(f"unknown: {' '.join(further)}")
    if further:
        root.exit(2, _unknown(further, options))
    if options.command is None:
        root.print_help(sys.stderr)
        sys.exit(2)
    if is_process:
        gc.freeze()
        # A job imports its operations and its libraries when it needs them, and nothing of that is garbage either.
        gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
        gc.enable()
        # Registered before anything of the job, so it is called after all that the job has registered.
        atexit.register(gc.callbacks.append, _freeze_after_collection)
    options.is_process = is_process
    try:
        code: int = options.perform(options)
    except KeyboardInterrupt:
        code = 130
    except Exception as fault:
        text, code = _fault(fault)
        print(harmless(text), file=sys.stderr)
    if is_process and options.command in _OF_JOBS and "threading" in sys.modules:
        from .layout.threads_left import wait_for_threads

        limits = [getattr(options, name, None) for name in ("timeout", "run_timeout", "memory_limit")]
        code = wait_for_threads(code, has_limits=any(limits))
    sys.exit(code)


def _freeze_after_collection(phase: str, info: dict[str, int]) -> None:
    """Let the first collection at the end of the process be the last one.

    It finalizes what the job has left behind. Then Python takes all modules apart and collects again and again, which
    finds nothing more of the job and takes a tenth of the time of a job that sends one message.
    """
    if phase == "stop" and info["generation"] == 2:
        gc.freeze()


def _with_one_dash(words: list[str], root: argparse.ArgumentParser) -> str | None:
    """Return the word that is a long option with one dash: `-sandbox` would be taken for `-s andbox`."""
    long = [word for word in words[1:] if word[:1] == "-" and word[1:2] != "-" and len(word) > 3]
    command = (root.get_default("parsers") or {}).get(words[0]) if long else None
    known = [] if command is None else command._option_string_actions
    return next((word for word in long if f"-{word}" in known), None)


def _unknown(further: list[str], options: argparse.Namespace) -> str:
    """Return the message for unknown arguments, with what was probably meant."""
    import re

    from ..runner.hints.texts import is_cut_by_shell
    from ..runner.problems.problems import did_you_mean

    command = options.command
    known = re.findall(r"--[a-z][a-z-]*", options.parsers[command].format_usage())
    name = further[0].partition("=")[0]
    hint = did_you_mean(name, known, f"See adaptor {command} --help.")
    if is_cut_by_shell(getattr(options, "state_json", None) or ""):
        hint = "The shell has divided the state: put it in single quotes, -S '{\"data\": …}'."
    elif command == "config" and not name.startswith("-"):
        hint = f"Write -c before the file: -c {name}"
    elif command == "collections" and getattr(options, "verb", None) == "list":
        hint = f"To see what it holds: adaptor collections get {name} '*'"
    return f"adaptor {command}: `{' '.join(further)}` is not known.\n  fix:   Nothing was run. {hint}\n"


def _fault(fault: Exception) -> tuple[str, int]:
    """Return the message for a fault of ours, without its text, which may hold a secret; and the exit code."""
    import traceback

    from ..runner.output.files import CannotPrint

    if isinstance(fault, CannotPrint):
        what = "What the command was asked to do is done; only its output is lost."
        return f"adaptor: standard output cannot be written: {fault.strerror or 'unknown reason'}. {what}", 1
    frame = traceback.extract_tb(fault.__traceback__)[-1]
    if isinstance(fault, FileNotFoundError) and not _has_folder():
        return (
            "adaptor: The folder that the command runs in was deleted or moved.\n"
            "  sent:  Look at the log above, and at adaptor runs show.\n"
            "  fix:   Change to a folder that exists."
        ), 2
    return (
        f"adaptor itself has a fault: {type(fault).__name__} in {frame.filename}, line {frame.lineno} ({frame.name}).\n"
        "  sent:  Unknown; look at the log above.\n"
        "  fix:   Please report it with these lines and the job."
    ), 3


def _has_folder() -> bool:
    import os

    try:
        os.getcwd()
    except OSError:
        return False
    return True


def _open_closed_streams() -> None:
    """Open the standard streams that are closed: else the first file that is opened would take the place of one."""
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    import os

    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
