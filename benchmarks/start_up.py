"""How long a job takes that does nothing, and one that sends, as a multiple of what Python itself takes.

    python benchmarks/start_up.py [RUNS]

The job that sends writes to one person, with the ledger, to a server on this machine: beside `import requests`, which
every program needs that sends with it. The least program does no more than that: it records one row on the disk, makes
the call and records its outcome. The runs are interleaved, so that a busy machine slows all. The median counts; the
processor time, which a busy machine and a slow disk change less, is shown beside it.
"""

from __future__ import annotations

import os
import resource
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


#: What a job that sends cannot do without.
LEAST = """\
import sqlite3, sys, requests
url, psid = sys.argv[1:]
ledger = sqlite3.connect("least.db", isolation_level=None)
ledger.execute("PRAGMA journal_mode = WAL")
ledger.execute("CREATE TABLE IF NOT EXISTS writes (psid TEXT PRIMARY KEY, outcome TEXT)")
ledger.execute("INSERT INTO writes VALUES (?, 'sending')", (psid,))
with requests.Session() as session:
    session.headers["Authorization"] = "Bearer EAAG0123456789abcdef"
    body = {"recipient": {"id": psid}, "messaging_type": "RESPONSE", "message": {"text": "Hello"}}
    session.post(f"{url}/v26.0/me/messages", json=body, timeout=(10, 80)).json()["message_id"]
ledger.execute("UPDATE writes SET outcome = 'sent' WHERE psid = ?", (psid,))
ledger.close()
"""


def seconds(command: list[str], folder: str) -> tuple[float, float]:
    """Return how long a command takes, and how much processor time of it."""
    # Compiled once, as on any machine where the package is installed.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, env=environment, cwd=folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, used


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    python, adaptor = [sys.executable, "-c"], [sys.executable, "-m", "adaptor", "run"]
    with tempfile.TemporaryDirectory() as folder, recording() as url:
        # Apart: beside a ledger a job looks first whether its last run has ended.
        Path(folder, "apart").mkdir()
        Path(folder, "apart", "nothing.py").write_text("fn(lambda state: state)\n")
        Path(folder, "sends.py").write_text('send_text(state.data.psid, "Hello")\n')
        # As a real one, it is not made of words, and nobody else can read it: no run warns of it.
        credentials = Path(folder, "c.json")
        credentials.write_text(f'{{"access_token": "EAAG0123456789abcdef", "base_url": "{url}"}}')
        credentials.chmod(0o600)
        commands = {
            "pass": [*python, "pass"],
            "nothing": [*adaptor, "apart/nothing.py"],
            "requests": [*python, "import requests"],
            "least": [*python, LEAST, url],
            "sends": [*adaptor, "sends.py", "-c", "c.json", "-S"],
        }
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for number in range(runs + 1):
            psid = str(10**15 + number)
            # Somebody else each time: nobody gets the same message again.
            further = {"sends": [f'{{"data": {{"psid": "{psid}"}}}}'], "least": [psid]}
            for name, command in commands.items():
                took = seconds([*command, *further.get(name, [])], folder)
                # The first compiles the modules and makes the ledger.
                times[name] += [took] if number else []
    whole = {name: statistics.median(each for each, _ in found) for name, found in times.items()}
    used = {name: statistics.median(each for _, each in found) for name, found in times.items()}
    for name, beside, what, allowed in (
        ("pass", "pass", "python -c pass", None),
        ("nothing", "pass", "a job that does nothing", ALLOWED),
        ("requests", "requests", "python -c 'import requests'", None),
        ("least", "requests", "the least program that sends", None),
        ("sends", "requests", "a job that sends", ALLOWED_SENDING),
    ):
        ratios = f": {whole[name] / whole[beside]:.2f} ×, of processor time {used[name] / used[beside]:.2f} ×"
        goal = "" if allowed is None else f" (allowed: {allowed})"
        print(f"{what:<28} {whole[name] * 1000:6.1f} ms{ratios if name != beside else ''}{goal}")
    idle, sending = whole["nothing"] / whole["pass"], whole["sends"] / whole["requests"]
    figure("a job that does nothing", idle, "× `python -c pass`", at_most=ALLOWED)
    figure("a job that sends a message, with the ledger", sending, "× `import requests`", at_most=ALLOWED_SENDING)


if __name__ == "__main__":
    main()
