"""How long a job takes that does nothing, and one that sends, as a multiple of what Python itself takes.

    python benchmarks/start_up.py [RUNS]

The job that sends writes to one person, with the ledger, to a server on this machine: beside `import requests`, which
every program needs that sends with it. The runs are interleaved, so that a busy machine slows all. The median counts.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from figures import figure
from recorder import recording

#: Of a job that does nothing, beside `python -c pass`; of one that sends, beside `python -c 'import requests'`.
ALLOWED = 3.3
ALLOWED_SENDING = 1.3


def seconds(command: list[str], folder: str) -> float:
    # Compiled once, as on any machine where the package is installed.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment, cwd=folder)
    return time.perf_counter() - started


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    python, adaptor = [sys.executable, "-c"], [sys.executable, "-m", "adaptor", "run"]
    with tempfile.TemporaryDirectory() as folder, recording() as url:
        # Apart: beside a ledger a job looks first whether its last run has ended.
        Path(folder, "apart").mkdir()
        Path(folder, "apart", "nothing.py").write_text("fn(lambda state: state)\n")
        Path(folder, "sends.py").write_text('send_text(state.data.psid, "Hello")\n')
        Path(folder, "c.json").write_text(f'{{"access_token": "benchmark-token", "base_url": "{url}"}}')
        commands = {
            "pass": [*python, "pass"],
            "nothing": [*adaptor, "apart/nothing.py"],
            "requests": [*python, "import requests"],
            "sends": [*adaptor, "sends.py", "-c", "c.json", "-S"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for number in range(runs + 1):
            for name, command in commands.items():
                # Somebody else each time: nobody gets the same message again.
                state = [f'{{"data": {{"psid": "{10**15 + number}"}}}}'] if name == "sends" else []
                took = seconds([*command, *state], folder)
                # The first compiles the modules and makes the ledger.
                times[name] += [took] if number else []
    middle = {name: statistics.median(found) for name, found in times.items()}
    idle, sending = middle["nothing"] / middle["pass"], middle["sends"] / middle["requests"]
    print(f"python -c pass              {middle['pass'] * 1000:6.1f} ms")
    print(f"a job that does nothing     {middle['nothing'] * 1000:6.1f} ms: {idle:.2f} × (allowed: {ALLOWED})")
    print(f"python -c 'import requests' {middle['requests'] * 1000:6.1f} ms")
    print(f"a job that sends            {middle['sends'] * 1000:6.1f} ms: {sending:.2f} × (allowed: {ALLOWED_SENDING})")
    figure("a job that does nothing", idle, "× `python -c pass`", at_most=ALLOWED)
    figure("a job that sends a message, with the ledger", sending, "× `import requests`", at_most=ALLOWED_SENDING)


if __name__ == "__main__":
    main()
