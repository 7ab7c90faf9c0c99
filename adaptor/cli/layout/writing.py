"""What commands print, and how they report an error."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable
    from typing import Any


def write(text: str) -> None:
    """Print a line of data to standard output."""
    write_pieces([f"{text}\n"], "-")


def say(text: str) -> None:
    """Print a line for people to standard error."""
    from ...core.text.harmless import harmless

    print(harmless(text), file=sys.stderr)


def local(moment: float) -> str:
    """Return a moment by this machine's clock."""
    from datetime import datetime

    return f"{datetime.fromtimestamp(moment).astimezone():%Y-%m-%d %H:%M}"


def performed(perform: Callable[[argparse.Namespace], int]) -> Any:
    """Return a function that performs a command and reports its errors."""

    def perform_and_report(options: argparse.Namespace) -> int:
        from ...core.errors import AdaptorError

        try:
            return perform(options)
        except AdaptorError as error:
            say(error.report())
            return 2

    return perform_and_report


def write_pieces(pieces: Iterable[str], path: str) -> None:
    """Write to a file that its owner alone can read, or to standard output where the path is `-`."""
    from ...core.text.harmless import harmless
    from ...runner.output.files import print_out, streamed

    if path == "-":
        for piece in pieces:
            print_out(harmless(piece), sys.stdout)
        return
    with streamed(path) as file:
        for piece in pieces:
            file.write(piece.encode("utf-8", "backslashreplace"))
