"""`adaptor new`: a small project that runs."""

from __future__ import annotations

import os
import shlex
import sys

from ..core.errors import InputError
from ..core.text.harmless import harmless, one_line
from ..runner.execution.result import EXIT_BAD_INPUT, EXIT_WELL
from ..runner.output.files import print_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

HELP = "start a project that runs"
EXAMPLE = """\
example:
  adaptor new demo
  cd demo
  adaptor run remind.py -s state.json --sandbox
"""

#: The files of the project, beside this module, and what each is for. A `.gitignore` of its own would hide the others
#: from packaging tools.
_FILES = {
    "remind.py": "the job",
    "workflow.json": "a trigger, the job, and a second step",
    "state.json": "what the job starts from",
    "sandbox.json": "who lives in the sandbox",
    "remind.test.json": "what is expected of the job",
    "credentials.json": "for the Page's access token, kept out of git",
    "README.md": "how to go on",
    "gitignore": "what stays out of git",
}
_RENAMED = {"gitignore": ".gitignore"}
#: Can be read by its owner alone.
_PRIVATE = "credentials.json"

_NEXT = """\
Next:
{cd}  adaptor run remind.py -s state.json --sandbox    # nothing leaves this machine
  adaptor run workflow.json -s state.json --sandbox
  adaptor test
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "new",
        help=HELP,
        description="Write a small project that runs: a workflow, a job, a state, a test, a sandbox with people in it.",
        epilog=EXAMPLE,
    )
    command.add_argument("folder", metavar="DIR", help="where it goes; a folder that is new, or empty")
    command.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Write the project and print what to do next."""
    try:
        _write(options.folder)
    except InputError as error:
        print(error.report(), file=sys.stderr)
        return EXIT_BAD_INPUT
    column = max(map(len, _FILES)) + 2
    lines = [f"{one_line(options.folder)} is ready:", ""]
    lines += [f"  {_RENAMED.get(name, name):{column}}{purpose}" for name, purpose in _FILES.items()]
    here = os.path.samefile(options.folder, os.curdir)
    lines += ["", _NEXT.format(cd="" if here else f"  cd {shlex.quote(options.folder)}\n")]
    print_out(harmless("\n".join(lines)), sys.stdout)
    return EXIT_WELL


def _write(folder: str) -> None:
    source = os.path.join(os.path.dirname(__file__), "project")
    try:
        if os.path.lexists(folder) and not os.path.isdir(folder):
            raise InputError(f"{folder} is not a folder.", fix="Give another name; nothing was written.")
        os.makedirs(folder, exist_ok=True)
        if os.listdir(folder):
            raise InputError(
                f"The folder {folder} is not empty.", fix="Give a name that is not taken; nothing was written."
            )
        for name in _FILES:
            with open(os.path.join(source, name), "rb") as template:
                text = template.read()
            _create(os.path.join(folder, _RENAMED.get(name, name)), text, 0o600 if name == _PRIVATE else 0o666)
    except OSError as cause:
        raise InputError(
            f"The project cannot be written to {folder}: {cause.strerror or cause}.",
            fix="Check the path and the space.",
        ) from None


def _create(path: str, text: bytes, mode: int) -> None:
    # It never replaces a file that another process has just written.
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(text)
