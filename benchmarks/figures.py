"""The figures of a benchmark that have a goal, for the table of `python -m benchmarks`."""

from __future__ import annotations

import json
import os

#: The file to which figures are added, a JSON array a line: set by `python -m benchmarks`.
ENVIRONMENT_FILE = "ADAPTOR_FIGURES"


def figure(
    what: str, value: float, unit: str, *, at_most: float | None = None, at_least: float | None = None, digits: int = 2
) -> None:
    """Add a figure to the table; nothing is done where a benchmark is run by itself.

    Args:
        what: What was measured.
        value: How much it was.
        unit: In what, such as `ms` or `× python -c pass`.
        at_most: The goal, where less is better.
        at_least: The goal, where more is better; without both the figure has none.
        digits: How many decimals are shown.
    """
    path = os.environ.get(ENVIRONMENT_FILE)
    if path is None:
        return
    with open(path, "a") as file:
        print(json.dumps([what, value, unit, at_most, at_least, digits]), file=file)
