"""How help is laid out."""

from __future__ import annotations

import argparse
import os


class Help(argparse.RawDescriptionHelpFormatter):
    """Keeps the line breaks of examples, and as wide as the terminal, but no wider than is good to read.

    argparse makes a formatter for every argument that is added; asking for the width by itself it would load `shutil`
    and the compression libraries each time a job is started.
    """

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=min(_terminal_width(), 100))

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        # Prose is one long line in the source; examples have lines of their own.
        fill = super()._fill_text if "\n" in text else super(argparse.RawDescriptionHelpFormatter, self)._fill_text
        return fill(text, width, indent)


def _terminal_width() -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size().columns or 80
    except (OSError, ValueError):
        return 80
