"""What the language itself costs: loops, references, results, CSV; each as a ratio or in megabytes above Python.

python benchmarks/language.py
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from figures import figure

from adaptor import compose_next_state, each, fn, state
from adaptor.core.secrets.redact import Redactor

ITEMS = 100_000


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def ratio(ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 7) -> float:
    """The median of the ratios of runs that alternate."""
    ours(), theirs()
    return statistics.median(seconds(ours) / seconds(theirs) for _ in range(rounds))


def loop() -> float:
    items = [{"n": number} for number in range(ITEMS)]
    start: dict[str, Any] = {"data": {}, "references": []}

    def add(s: dict[str, Any]) -> dict[str, Any]:
        return {**s, "total": s.get("total", 0) + s["data"]["n"]}

    def plain() -> None:
        current = start
        for index, item in enumerate(items):
            current = add({**current, "data": item, "index": index})

    job = each(items, fn(add))
    return ratio(lambda: job(start), plain)


def reference() -> float:
    given = {"data": {"a": {"b": 1}}}
    lazy = state.data.a.b

    def ours() -> None:
        for _ in range(ITEMS):
            lazy.__resolve__(given)

    def direct() -> None:
        for _ in range(ITEMS):
            given["data"]["a"]["b"]

    return ratio(ours, direct)


def results() -> float:
    """How much longer 100,000 results in a row take than ten times 10,000."""

    def chain(count: int) -> None:
        current: dict[str, Any] = {"data": 0, "references": []}
        for number in range(count):
            current = compose_next_state(current, number)

    return ratio(lambda: chain(ITEMS), lambda: [chain(ITEMS // 10) for _ in range(10)])


def redaction() -> float:
    """What it costs to take four secrets out of the log lines and the final state of a run."""
    secrets = ["EAAG" + "x9Yz" * 45, "0123456789abcdef" * 2, "hunter2/hunter+2=", "app5ecret\"with'quotes&<more>"]
    redactor = Redactor(secrets)
    people = [{"psid": str(10**15 + number), "name": f"Person {number}"} for number in range(ITEMS)]
    text = json.dumps(people)
    return ratio(lambda: redactor.text(text), lambda: json.dumps(people))


PEAK = """
import resource, sys
try:
    # The peak of this program alone; what `resource` tells begins with that of the program which started it.
    print(next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1024)
except OSError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024))
"""

CSV = """\
import sys
from pathlib import Path
from adaptor import parse_csv
count = 0
def take(state, rows):
    return {**state, "count": state.get("count", 0) + len(rows)}
after = parse_csv(Path(sys.argv[1]), {"chunk_size": 1000}, take)({})
assert after["count"] == 1_000_000, after
"""


def csv_megabytes() -> float:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "rows.csv")
        with file.open("w") as out:
            out.write("psid,first_name,day,doctor\n")
            out.writelines(f"{10**15 + number},Name {number},2026-11-24,Dr. Okafor\n" for number in range(1_000_000))
        with_rows = float(subprocess.check_output([sys.executable, "-c", CSV + PEAK, str(file)]))
    return with_rows - float(subprocess.check_output([sys.executable, "-c", PEAK]))


def main() -> None:
    for what, measure, unit, allowed in (
        (f"`each` over {ITEMS:,} items with `fn`", loop, "× a plain loop", 4),
        ("`state.data.a.b`", reference, "× direct access", 5),
        (f"{ITEMS:,} results in a row", results, "× ten times a tenth", None),
        (f"four secrets out of {ITEMS:,} people", redaction, "× writing them as JSON", 2),
        ("1,000,000 rows of CSV in chunks", csv_megabytes, "MB above Python", 60),
    ):
        value = measure()
        print(f"{what:40} {value:5.2f} {unit}" + (f" (allowed: {allowed})" if allowed else " (linear: 1)"))
        figure(what, value, unit, at_most=allowed)


if __name__ == "__main__":
    main()
