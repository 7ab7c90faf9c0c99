"""`adaptor sandbox`: a Messenger of one's own, for any program that takes a base URL."""

from __future__ import annotations

import argparse
import sys

from ..core.errors import InputError
from ..core.text.harmless import harmless, one_line
from ..core.text.number_of import number_of
from ..runner.execution.result import EXIT_BAD_INPUT, EXIT_WELL
from .options.run import port_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..sandbox import Sandbox

#: The default port.
PORT = 8300

HELP = "run a simulated Messenger, and look at it in the browser"
EXAMPLE = """\
examples:
  adaptor sandbox --open                     people appear when they get a message
  adaptor sandbox --people sandbox.json      these people, these templates
  adaptor sandbox --keep sandbox.db          keep what happens, and continue later
  adaptor sandbox --credentials sandbox-credentials.json
                                             and, in another terminal: adaptor run job.py -c sandbox-credentials.json

Any client of the Graph API can use it: give it the base URL in place of https://graph.facebook.com, and the access
token. Nothing leaves this machine. docs/sandbox.md explains the file of people.
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "sandbox",
        help=HELP,
        description="Run a simulated Messenger beside any program, in any language, until Ctrl-C. The chat page shows "
        "each message as its reader sees it, and lets you answer as that person.",
        epilog=EXAMPLE,
    )
    command.add_argument(
        "--port",
        type=port_number,
        metavar="PORT",
        default=PORT,
        help=f"where to listen; 0 is any free port (default: {PORT})",
    )
    command.add_argument("--people", metavar="FILE", help="who is there, and what goes wrong: a sandbox.json")
    command.add_argument("--keep", metavar="FILE", help="keep what happens in this file, and continue from it")
    command.add_argument(
        "--credentials", metavar="FILE", help="write the base URL and the token to this file, for adaptor run -c FILE"
    )
    command.add_argument(
        "--overwrite", action="store_true", help="let --credentials replace a file that is no sandbox's credential"
    )
    command.add_argument("--open", action="store_true", help="open the chat page in the browser")
    command.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Run it until it is interrupted."""
    from .options.sandbox_run import until_interrupted

    try:
        sandbox = _start(options)
    except InputError as error:
        print(error.report(), file=sys.stderr)
        return EXIT_BAD_INPUT

    def say() -> None:
        print(_facts(sandbox, options.credentials), flush=True)
        if options.open:
            import webbrowser

            webbrowser.open(sandbox.page_url)

    try:
        until_interrupted(say)
    finally:
        sandbox.stop()
    print(f"Ended. {_counts(sandbox)}", file=sys.stderr)
    return EXIT_WELL


def _start(options: argparse.Namespace) -> Sandbox:
    """Start the sandbox, and write its credentials file where one is wanted.

    Raises:
        InputError: Nothing was started.
    """
    from ..sandbox import Sandbox, SandboxError
    from .options.sandbox_credentials import check_credentials, write_credentials

    if options.credentials:
        check_credentials(options.credentials, overwrite=options.overwrite)
    try:
        if options.people:
            sandbox = Sandbox.from_file(options.people, port=options.port, keep=options.keep)
        else:
            sandbox = Sandbox(port=options.port, keep=options.keep)
        sandbox.start()
    except SandboxError as cause:
        is_taken = "listen" in str(cause)
        fix = "Give another --port; 0 is any free one." if is_taken else "Correct it there; nothing was started."
        raise InputError(str(cause), fix=fix) from None
    try:
        if options.credentials:
            write_credentials(options.credentials, sandbox)
    except InputError:
        sandbox.stop()
        raise
    return sandbox


def _facts(sandbox: Sandbox, credentials: str | None) -> str:
    # What was given may be a real one.
    given = "the one that was given"
    token = sandbox.access_token if sandbox.access_token.startswith("SANDBOX-") else given
    secret = sandbox.app_secret if sandbox.has_own_secret else given
    file = f"  credentials   {harmless(credentials)}\n" if credentials else ""
    return (
        f"{one_line(sandbox.page_name)} ({one_line(sandbox.page_id)}) is there. Nothing leaves this machine.\n"
        f"  base URL      {sandbox.url}\n"
        f"  access token  {token}\n"
        f"  app id        {sandbox.app_id}\n"
        f"  app secret    {secret}\n"
        f"  user token    {sandbox.user_token}\n"
        f"{file}"
        f"  chat page     {sandbox.page_url}\n"
        "Ctrl-C ends it."
    )


def _counts(sandbox: Sandbox) -> str:
    return f"{number_of(len(sandbox.messages), 'messages')} accepted, {len(sandbox.refusals):,} refused."
