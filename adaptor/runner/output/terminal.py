"""Terminals: whether there is one, and its colours."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

#: The terminal's codes for the styles of `Paint`.
_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def is_terminal() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def wants_colour(stream: TextIO) -> bool:
    """Whether to write colour to a stream: on a terminal, unless `NO_COLOR` says no; `FORCE_COLOR` says yes anywhere.

    https://no-color.org and https://force-color.org: they count where they are set and not empty.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and stream.isatty()


class Paint:
    """Styles text, where there is colour: `paint("bold", "text")`.

    Args:
        colour: Whether there is any.
    """

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, style: str, text: str) -> str:
        """Return the text in a style: bold, dim, red, green, yellow or cyan."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.colour and text else text
