"""`--preview`: what people would see, as a page in one file."""

from __future__ import annotations

import os
import sys

from ...core.errors import InputError
from ...runner.output.files import write_output

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable
    from typing import Any

    from ...core.run.context import Run
    from ...core.run.observers import Request
    from ...sandbox import Sandbox

#: The file beside the job that says who is in the sandbox, where there is no `--people`.
PEOPLE_FILE = "sandbox.json"


def people_beside(path: str) -> str | None:
    """Return the file with the people beside a job, if there is one."""
    beside = os.path.join(os.path.dirname(path), PEOPLE_FILE)
    return beside if os.path.isfile(beside) else None


def draw(requests: Iterable[dict[str, Any]], path: str, people: str | None, redact: Callable[[str], str]) -> int:
    """Draw requests that were not made, and return how many messages there are.

    Raises:
        InputError: The file cannot be written, or the people cannot be read.
    """
    sandbox = _sandbox_for_drawing(people)
    drawn = sandbox.sketch(requests)
    write(sandbox, path, "Preview: nothing was sent", redact)
    return drawn


def as_text(requests: Iterable[dict[str, Any]], people: str | None) -> str:
    """Return how messages that were not sent would look, as lines for a terminal."""
    try:
        sandbox = _sandbox_for_drawing(people)
    except InputError:
        # A dry run goes without names and templates.
        sandbox = _sandbox_for_drawing(None)
    sandbox.sketch(requests)
    return sandbox.transcript()


def _sandbox_for_drawing(people: str | None) -> Sandbox:
    from ...sandbox import Sandbox, SandboxError

    try:
        return Sandbox.from_file(people) if people else Sandbox(people=[], page={"name": "Your Page"})
    except SandboxError as cause:
        raise InputError(str(cause)) from None


def write(sandbox: Sandbox, path: str, note: str, redact: Callable[[str], str]) -> None:
    """Write what happened in a sandbox as a page."""
    write_output(sandbox.preview(note=note, redact=redact), path, sys.stdout)


def preview(options: argparse.Namespace, run: Run, sandbox: Sandbox | None, described: list[dict[str, Any]]) -> None:
    """Draw a run: what the sandbox got, or what a dry run described."""
    if sandbox is not None:
        write(sandbox, options.preview, "After a run in the sandbox", run.redactor.of_results().text)
    else:
        draw(described, options.preview, options.people or people_beside(options.path), run.redactor.of_results().text)
    run.log("info", "preview", f"What people see: {options.preview}")


def also_kept(show: Callable[[Request], None], kept: list[dict[str, Any]]) -> Callable[[Request], None]:
    """Return a function that shows a request and keeps it."""

    def keep(request: Request) -> None:
        show(request)
        kept.append(request.described())

    return keep
