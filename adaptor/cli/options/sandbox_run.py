"""A run in the sandbox: who is there, who got what, and the chat page afterwards."""

from __future__ import annotations

import contextlib
import sys

from ...core.errors import InputError
from ...runner.output.files import write_output
from .preview import people_beside

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from ...core.run.context import Run
    from ...runner.load.credentials import Credentials
    from ...sandbox import Sandbox

#: How many people's conversations are shown on the terminal after a sandbox run.
SHOWN_PEOPLE = 12
#: How many, where there are more: the summary of the job stays on the screen.
SHOWN_OF_MANY = 3


@contextlib.contextmanager
def sandbox_run(options: argparse.Namespace, credentials: Credentials) -> Iterator[Sandbox]:
    """Start the sandbox, and point the credentials at it."""
    from ...sandbox import Sandbox, SandboxError

    people = options.people or people_beside(options.path)
    try:
        sandbox = Sandbox.from_file(people) if people else Sandbox()
    except SandboxError as cause:
        raise InputError(str(cause)) from None
    with sandbox:
        credentials.sandbox = {
            "base_url": sandbox.url,
            "access_token": sandbox.access_token,
            "user_access_token": sandbox.user_token,
            "app_id": sandbox.app_id,
            "app_secret": sandbox.app_secret,
        }
        if options.open:
            import webbrowser

            webbrowser.open(sandbox.page_url)
        yield sandbox


def show_transcript(sandbox: Sandbox, options: argparse.Namespace, run: Run) -> None:
    """Write or log who got what."""
    if options.transcript and options.transcript != "-":
        write_output(run.redactor.of_results().text(sandbox.transcript()), options.transcript, sys.stdout)
        run.log("info", "sandbox", f"Who got what: {options.transcript}")
    elif options.log_json and options.transcript is None:
        # A program gets counts; it gets names and texts only with --transcript.
        counts = {"accepted": len(sandbox.messages), "refused": len(sandbox.refusals)}
        run.log("info", "sandbox", "The sandbox's messages", **counts)
    else:
        people = len({message.psid for message in sandbox.messages})
        limit = None if options.transcript == "-" else SHOWN_PEOPLE if people <= SHOWN_PEOPLE else SHOWN_OF_MANY
        text = sandbox.transcript(limit=limit)
        if limit == SHOWN_OF_MANY:
            text += "\nEvery message: --transcript FILE, or --open in the browser\n"
        run.log("info", "sandbox", f"\n{text.rstrip()}\n")


def stay(sandbox: Sandbox, run: Run) -> None:
    """Keep the sandbox running until Ctrl-C."""
    if run.stop.asked is not None:
        return
    # The run is over: Ctrl-C has nothing to wait for.
    run.stop.is_between = False
    until_interrupted(lambda: run.log("info", "sandbox", f"Have a look at {sandbox.page_url} – Ctrl-C ends it."))


def until_interrupted(say: Callable[[], None]) -> None:
    """Wait for Ctrl-C or SIGTERM, even if the shell that started this process ignores Ctrl-C.

    Args:
        say: Called when Ctrl-C is handled: from then on it ends cleanly.
    """
    from ...runner.execution.signals import StopSignals

    with StopSignals() as signals:
        say()
        signals.wait()
