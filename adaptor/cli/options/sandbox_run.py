"""A run in the sandbox: who is there, who got what, and time to look at it."""

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

    from ...core.context import Run
    from ...runner.load.credentials import Credentials
    from ...sandbox import Sandbox

#: How many people's conversations are shown on the terminal after a sandbox run.
SHOWN_PEOPLE = 12


@contextlib.contextmanager
def rehearsal(given: argparse.Namespace, credentials: Credentials) -> Iterator[Sandbox]:
    """Start the sandbox, and point the credentials at it."""
    try:
        from ...sandbox import Sandbox, SandboxError

        people = given.people or people_beside(given.path)
        sandbox = Sandbox.from_file(people) if people else Sandbox()
    except ModuleNotFoundError as cause:
        raise InputError(
            f"The sandbox needs {cause.name}, which is not installed.", fix="pip install 'facebook-adaptor[serve]'"
        ) from None
    except SandboxError as cause:
        raise InputError(str(cause)) from None
    with sandbox:
        credentials.sandbox = {"base_url": sandbox.url, "access_token": sandbox.access_token}
        if given.open:
            import webbrowser

            webbrowser.open(sandbox.page_url)
        yield sandbox


def show_transcript(sandbox: Sandbox, given: argparse.Namespace, run: Run) -> None:
    """Tell who got what, where it was asked for."""
    if given.transcript and given.transcript != "-":
        write_output(run.redactor.of_results().text(sandbox.transcript()), given.transcript, sys.stdout)
        run.log("info", "sandbox", f"Who got what: {given.transcript}")
    elif given.log_json and given.transcript is None:
        # Machines read counts; names and texts only where they are asked for.
        counts = {"accepted": len(sandbox.messages), "refused": len(sandbox.refusals)}
        run.log("info", "sandbox", "The sandbox's messages", **counts)
    else:
        text = sandbox.transcript(limit=None if given.transcript == "-" else SHOWN_PEOPLE)
        run.log("info", "sandbox", f"\n{text.rstrip()}\n")


def stay(sandbox: Sandbox, run: Run) -> None:
    """Keep the sandbox until somebody has seen enough."""
    if run.stop.asked is not None:
        return
    # Nothing is under way any more that Ctrl-C would have to wait for.
    run.stop.is_between = False
    until_interrupted(lambda: run.log("info", "sandbox", f"Have a look at {sandbox.page_url} – Ctrl-C ends it."))


def until_interrupted(say: Callable[[], None]) -> None:
    """Wait for Ctrl-C or SIGTERM, also where the shell that started us has switched Ctrl-C off.

    Args:
        say: Tells that one may go on to interrupt: from then on it ends cleanly.
    """
    import signal
    import threading

    over = threading.Event()
    before = {each: signal.signal(each, lambda *_: over.set()) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        say()
        over.wait()
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
