"""How long a job that does nothing takes, as a multiple of `python -c pass`.

    python benchmarks/start_up.py [RUNS]

The same interpreter, the runs interleaved, so that a busy machine slows both. The median is what counts.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ALLOWED = 3.5


def seconds(command: list[str]) -> float:
    # Compiled once, as on any machine where the package is installed.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - started


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    with tempfile.TemporaryDirectory() as folder:
        job = Path(folder, "job.py")
        job.write_text("fn(lambda state: state)\n")
        bare = [sys.executable, "-c", "pass"]
        ours = [sys.executable, "-m", "adaptor", "run", str(job)]
        for command in (bare, ours):
            seconds(command)
        pairs = [(seconds(bare), seconds(ours)) for _ in range(runs)]
    base = statistics.median(pair[0] for pair in pairs)
    job_time = statistics.median(pair[1] for pair in pairs)
    print(f"python -c pass        {base * 1000:7.1f} ms")
    print(f"a job that does nothing {job_time * 1000:5.1f} ms")
    print(f"ratio {job_time / base:.2f} (allowed: {ALLOWED})")


if __name__ == "__main__":
    main()
