"""How help is laid out."""

from __future__ import annotations

import argparse
import os

# The words of argparse are English, as ours are. Its search for translations of them would load `locale` and look into
# folders each time a job starts.
argparse._ = lambda text: text  # type: ignore[attr-defined]


class Help(argparse.RawDescriptionHelpFormatter):
    """Keeps the line breaks of examples, and fills lines up to the width of the terminal, at most 100 columns.

    argparse makes a formatter for every argument. If argparse looked for the width itself, it would load `shutil` and
    the compression libraries each time a job starts.
    """

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=terminal_width())

    def _set_color(self, color: object) -> None:
        """Print without colours, as on each earlier Python: those of 3.14 load `dataclasses` and `inspect` first."""
        self._theme = _NoColours()
        self._decolor = str

    def add_argument(self, action: argparse.Action) -> None:
        """Leave room for the names of commands, which are indented further than argparse expects."""
        super().add_argument(action)
        if isinstance(action, argparse._SubParsersAction):
            longest = max(map(len, action.choices), default=0)
            self._action_max_length = max(self._action_max_length, longest + 2 * self._indent_increment)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        # Prose is one long line in the source; examples have lines of their own.
        fill = super()._fill_text if "\n" in text else super(argparse.RawDescriptionHelpFormatter, self)._fill_text
        return fill(text, width, indent)


class _NoColours:
    """A theme of argparse whose every colour is none."""

    def __getattr__(self, name: str) -> str:
        return ""


def terminal_width() -> int:
    """Return how many columns to fill: those of the terminal, at most 100."""
    return min(_columns(), 100)


def _columns() -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size().columns or 80
    except (OSError, ValueError):
        return 80
