"""What a workflow costs: steps, memory, and a large state; each beside what Python itself takes in the same run.

python benchmarks/workflows.py [RUNS]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from figures import figure

STEPS = 50
PEAK = """
import sys
try:
    if len(sys.argv) > 1:
        from adaptor.cli.main import main
        main(sys.argv[1:])
except SystemExit:
    pass
try:
    print(next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1024)
except OSError:
    import resource
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024))
"""


def seconds(*command: str, cwd: str) -> float:
    # Compiled once, as on any machine where the package is installed.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment, cwd=cwd)
    return time.perf_counter() - started


def chain(length: int) -> str:
    steps = [
        {"id": f"s{number}", "expression": "fn(lambda state: state)", "next": f"s{number + 1}"}
        for number in range(length)
    ]
    del steps[-1]["next"]
    return json.dumps({"steps": steps})


def megabytes(*arguments: str, cwd: str) -> float:
    return float(subprocess.check_output([sys.executable, "-c", PEAK, *arguments], cwd=cwd, stderr=subprocess.DEVNULL))


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 11
    adaptor = [sys.executable, "-m", "adaptor", "run"]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "job.py").write_text("fn(lambda state: state)\n")
        Path(folder, "one.json").write_text(chain(1))
        Path(folder, "many.json").write_text(chain(STEPS))
        Path(folder, "three.json").write_text(chain(3))
        rows = [
            {"psid": str(10**15 + number), "name": f"Name {number}", "day": "2026-11-24"} for number in range(140_000)
        ]
        Path(folder, "large.json").write_text(json.dumps({"data": {"rows": rows}}))
        size = Path(folder, "large.json").stat().st_size / 1e6
        large = [*adaptor, "three.json", "-s", "large.json", "-o", "out.json", "-l", "none"]
        small = [*adaptor, "three.json", "-S", "{}", "-o", "out.json", "-l", "none"]
        commands = {
            "python": [sys.executable, "-c", "pass"],
            "one": [*adaptor, "one.json"],
            "many": [*adaptor, "many.json"],
            "small": small,
            "large": large,
        }
        for command in commands.values():
            seconds(*command, cwd=folder)
        taken = {name: [seconds(*command, cwd=folder) for _ in range(runs)] for name, command in commands.items()}
        middle = {name: statistics.median(times) for name, times in taken.items()}
        step = (middle["many"] - middle["one"]) / (STEPS - 1) * 1000
        print(f"a workflow of one step            {middle['one'] / middle['python']:5.2f} × python -c pass")
        print(f"each further step                 {step:5.2f} ms (allowed: 1)")
        print(f"a state of {size:.0f} MB, three steps    {middle['large'] - middle['small']:5.2f} s above a small one")
        print(f"  the whole run                   {middle['large']:5.2f} s (allowed: 0.5)")
        bare, peak = megabytes(cwd=folder), megabytes("run", "job.py", cwd=folder)
        print(f"a run that does nothing           {peak:5.1f} MB at its peak (allowed: 30)")
        print(f"  Python itself                   {bare:5.1f} MB")
        figure("each further step of a workflow", step, "ms", at_most=1)
        figure(f"a state of {size:.0f} MB through three steps", middle["large"], "s", at_most=0.5)
        figure("a run that does nothing, at its peak", peak, "MB", at_most=30, digits=1)


if __name__ == "__main__":
    main()
