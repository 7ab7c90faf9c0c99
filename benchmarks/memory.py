"""How much memory `adaptor run` takes for very many people: flat means the same for ten times as many.

    python benchmarks/memory.py [--people 10000 100000] [--ways sent results dry-run each]
    python benchmarks/memory.py --people 100000 1000000       (the full sizes: ten minutes and more)

A broadcast, or `each`, over a CSV file, to a server that only writes down what comes; the peak is what the system says
of the process. `results` writes `--results` and `--report` too, `dry-run` prints every request to /dev/null. `sandbox`
is not flat and not among the ways by default: the simulated Messenger keeps every conversation, to show it.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from figures import figure
from recorder import recording

#: How much more may be taken for ten times the people.
ALLOWED = 1.1
JOB = """\
from pathlib import Path
{kind}(Path(r"{people}"), send_text(state.data.psid, lambda state: f"Hello {{state['data']['name']}}"){more})
"""
#: A rate that nothing here reaches.
WAYS = {
    "sent": ("broadcast", ", rate=900_000", []),
    "results": ("broadcast", ", rate=900_000", ["--results", "results.csv", "--report", "report.json"]),
    "dry-run": ("broadcast", "", ["--dry-run"]),
    "each": ("each", "", ["--results", "results.jsonl"]),
    "sandbox": ("broadcast", ", rate=900_000", ["--sandbox"]),
}


def peak_of(command: list[str], folder: str) -> float:
    """Run a command and return the megabytes that it took at its peak."""
    megabytes = 0.0
    with open(os.devnull, "w") as nowhere, Path(folder, "err.txt").open("w") as errors:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=nowhere, stderr=errors)
        status = Path(f"/proc/{process.pid}/status")
        while process.poll() is None:
            lines = status.read_text().splitlines()
            megabytes = max(
                megabytes, *(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0
            )
            time.sleep(0.02)
    if process.returncode:
        raise RuntimeError(Path(folder, "err.txt").read_text()[-2000:])
    return megabytes


def measured(way: str, count: int) -> float:
    kind, more, options = WAYS[way]
    with tempfile.TemporaryDirectory() as folder, recording() as url:
        people = Path(folder, "people.csv")
        with people.open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["psid", "name"])
            writer.writerows([10**15 + number, f"Person {number}"] for number in range(count))
        Path(folder, "job.py").write_text(JOB.format(kind=kind, people=people, more=more))
        Path(folder, "c.json").write_text(f'{{"access_token": "benchmark-token", "base_url": "{url}"}}')
        command = [sys.executable, "-m", "adaptor", "run", "job.py", "-c", "c.json", "--yes", *options]
        began = time.perf_counter()
        peak = peak_of(command, folder)
        took = time.perf_counter() - began
        written = count
        if "--results" in options:
            with Path(folder, options[1]).open() as results:
                written = sum(1 for _ in results)
    assert written >= count, f"{written} results"
    print(f"{way:8} {count:9,} people: {peak:6.1f} MB, {count / took:7,.0f} a second", flush=True)
    return peak


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, nargs=2, default=(10_000, 100_000), metavar=("FEW", "MANY"))
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=["sent", "results", "dry-run"])
    given = parser.parse_args()
    for way in given.ways:
        few, many = (measured(way, count) for count in given.people)
        more = given.people[1] / given.people[0]
        print(f"  {way}: {many / few:.2f} × with {more:.0f} times the people (allowed: {ALLOWED})")
        what = f"{given.people[1]:,} people, `{' '.join(WAYS[way][2]) or 'no options'}`: {many:.0f} MB"
        figure(what, many / few, f"× with {given.people[0]:,}", at_most=ALLOWED)


if __name__ == "__main__":
    main()
