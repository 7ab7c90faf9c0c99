"""What `broadcast` reaches: beside `send_text` in `each`, beside what Meta allows, and beside other clients.

    python benchmarks/broadcast.py [--people 5000] [--paced 1200] [--memory 30000] [--latency 0.2 0.1] [--only WHAT ...]
    python benchmarks/broadcast.py --people 10000 --paced 10000 --memory 100000     (the full sizes: some minutes)

The server is a process of its own that only writes down what comes and when; each thing measured is a process too, and
what it takes in processor time and memory is what the system says of it. Figures are ratios within one run.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from figures import figure
from recorder import recording, taken

TOKEN = "benchmark-token"
#: More than anything here reaches.
UNLIMITED = 900_000
ALLOWED = 300
BATCH = 50
#: With fewer the database has not yet filled what it keeps in memory.
LEAST_PEOPLE = 10_000


# --- What runs in a process of its own ---


def job(kind: str, url: str, people: str, count: int, ledger: str) -> None:
    """Do the sends in the way that is named."""
    if kind in PEERS:
        numbers = [str(10**15 + number) for number in range(count)]
        PEERS[kind](url, numbers)
        return
    from adaptor import broadcast, each, send_text, state
    from adaptor.core.run.context import Run
    from adaptor.graph import ledgered as noted
    from adaptor.ledger.ledger import Ledger
    from adaptor.ledger.records import RunRecord
    from adaptor.ledger.store import open_store

    hello = send_text(state.data.psid, lambda state: f"Hello {state['data']['name']}")
    if kind == "each":
        # Its pace is Meta's, which is not to be measured here.
        noted.slots_of.__defaults__ = (UNLIMITED,)
        operation = each(Path(people), hello)
    else:
        operation = broadcast(Path(people), hello, rate=None if kind == "paced" else UNLIMITED)
    name = f"{kind} {time.monotonic()}"
    store = open_store(ledger)
    under_way = Ledger.begin(store, RunRecord(name, "job.py", "d", "i"))
    under_way.enter_step("job-1", 0)
    with Run(sink=lambda *line: None, ledger=lambda: under_way) as run:
        run.id = name
        operation({"configuration": {"access_token": TOKEN, "base_url": url}})
    under_way.close(0, finished=True)


def facebook_business(url: str, people: list[str]) -> None:
    from facebook_business.adobjects.page import Page
    from facebook_business.api import FacebookAdsApi
    from facebook_business.session import FacebookSession

    FacebookSession.GRAPH = url
    api = FacebookAdsApi.init(access_token=TOKEN, crash_log=False)
    for start in range(0, len(people), BATCH):
        batch = api.new_batch()
        for number, person in enumerate(people[start : start + BATCH], start):
            fields = {"recipient": {"id": person}, "message": {"text": f"Hello Person {number}"}}
            Page("me", api=api).create_message(params={**fields, "messaging_type": "RESPONSE"}, batch=batch)
        batch.execute()


def fbmessenger(url: str, people: list[str]) -> None:
    import warnings

    warnings.simplefilter("ignore")
    from fbmessenger import MessengerClient

    client = MessengerClient(TOKEN)
    client.graph_url = f"{url}/v26.0"
    for number, person in enumerate(people):
        client.send({"text": f"Hello Person {number}"}, person)


def pymessenger(url: str, people: list[str]) -> None:
    from pymessenger.bot import Bot

    bot = Bot(TOKEN)
    bot.graph_url = f"{url}/v26.0"
    for number, person in enumerate(people):
        bot.send_text_message(person, f"Hello Person {number}")


PEERS = {"facebook_business": facebook_business, "fbmessenger": fbmessenger, "pymessenger": pymessenger}


# --- What measures it ---

CHILD = """
import json, resource, sys, time
sys.path.insert(0, {folder!r})
import broadcast
spent, began = time.process_time(), time.perf_counter()
broadcast.job(*{arguments!r})
usage = resource.getrusage(resource.RUSAGE_SELF)
peak = next((int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")), usage.ru_maxrss)
print(json.dumps([time.perf_counter() - began, time.process_time() - spent, peak / 1024]))
"""


class Measured:
    """Seconds by the clock and of the processor, and megabytes at the peak."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        out, err = process.communicate()
        if process.returncode:
            raise RuntimeError(err.strip().splitlines()[-1] if err else "it failed")
        self.seconds, self.cpu, self.megabytes = json.loads(out.splitlines()[-1])


def start(kind: str, url: str, people: str, count: int, ledger: str) -> subprocess.Popen[str]:
    text = CHILD.format(folder=str(Path(__file__).parent), arguments=[kind, url, people, count, ledger])
    return subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def write_people(folder: str, count: int, first: int = 0) -> str:
    file = Path(folder, f"people-{first}-{count}.csv")
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["psid", "name"])
        writer.writerows([10**15 + number, f"Person {number}"] for number in range(first, first + count))
    return str(file)


def span(calls: list[tuple[float, int]]) -> float:
    return calls[-1][0] - calls[0][0]


def busiest_second(calls: list[tuple[float, int]]) -> int:
    """Return the most messages that came in any second."""
    most = inside = first = 0
    for came, count in calls:
        inside += count
        while came - calls[first][0] >= 1:
            inside -= calls[first][1]
            first += 1
        most = max(most, inside)
    return most


def against_each(folder: str, count: int) -> None:
    """(a) Beside the same sends one by one, with the same ledger, where nothing holds either up."""
    people = write_people(folder, count)
    found: dict[str, tuple[float, float]] = {}
    for kind in ("each", "broadcast"):
        best = (0.0, 1e9)
        for turn in range(2):
            with recording() as url:
                measured = Measured(start(kind, url, people, count, str(Path(folder, f"{kind}{turn}.db"))))
                calls = taken(url)
            assert sum(number for _, number in calls) == count
            best = max(best[0], count / measured.seconds), min(best[1], measured.cpu / count)
        found[kind] = best
        print(f"{kind:10} {best[0]:7,.0f} messages/s, {best[1] * 1e6:6.0f} µs CPU a message")
    faster = found["broadcast"][0] / found["each"][0]
    cheaper = found["broadcast"][1] / found["each"][1]
    print(f"  broadcast: {faster:.1f} × the messages a second (wanted: 8), {cheaper:.2f} of the CPU (allowed: 0.20)")
    figure("`each(…, send_text(…))` with the ledger", found["each"][0], "messages a second", at_least=857, digits=0)
    figure("`broadcast` with the ledger, processor time", found["broadcast"][1] * 1e6, "µs a message", at_most=75)
    figure("`broadcast` beside `each`", faster, "× the messages a second", at_least=8)
    figure("`broadcast` beside `each`, processor time", cheaper, "×", at_most=0.2)


def at_metas_pace(folder: str, count: int, latency: tuple[float, float]) -> None:
    """(b), (c) With a latency like Meta's, at the pace that Meta allows."""
    people = write_people(folder, count)
    with recording(*latency) as url:
        measured = Measured(start("paced", url, people, count, str(Path(folder, "paced.db"))))
        calls = taken(url)
    # The last call's messages have their time after it; between n calls there are n - 1 of these.
    rate = (count - calls[-1][1]) / span(calls)
    print(f"paced      {rate:7.1f} messages/s, {rate / ALLOWED:.1%} of what is allowed (wanted: 95 %)")
    print(f"  {measured.cpu / measured.seconds:.1%} of a core (allowed: 25 %), {measured.megabytes:.0f} MB")
    print(f"  busiest second: {busiest_second(calls)} messages (allowed: {ALLOWED * 1.08:.0f})")
    figure("`broadcast` at Meta's pace", rate / ALLOWED * 100, "% of what is allowed", at_least=95, digits=1)
    figure("its busiest second", busiest_second(calls), "messages", at_most=ALLOWED * 1.08, digits=0)
    figure("its processor time", measured.cpu / measured.seconds * 100, "% of a core", at_most=25, digits=1)
    with recording(*latency) as url:
        ledger = str(Path(folder, "four.db"))
        each = count // 4
        four = [start("paced", url, write_people(folder, each, each * turn), each, ledger) for turn in range(4)]
        for process in four:
            Measured(process)
        calls = taken(url)
    rate = (sum(number for _, number in calls) - calls[-1][1]) / span(calls)
    print(f"  four processes: {rate:.1f} messages/s, busiest second: {busiest_second(calls)} messages")


def memory(folder: str, count: int) -> None:
    """(d) With many more people, ledger included."""
    peaks = []
    for number in (LEAST_PEOPLE, count):
        people = write_people(folder, number)
        with recording() as url:
            measured = Measured(start("broadcast", url, people, number, str(Path(folder, f"memory{number}.db"))))
        peaks.append(measured.megabytes)
        print(
            f"memory     {number:9,} people: {measured.megabytes:6.1f} MB, {number / measured.seconds:,.0f} messages/s"
        )
    print(f"  {peaks[1] / peaks[0]:.2f} × with {count / LEAST_PEOPLE:.0f} times the people (allowed: 1.1)")


def others(folder: str, count: int) -> None:
    """(e) Other clients, the same sends; they keep no ledger."""
    for kind in ("broadcast", "each", *PEERS):
        people = write_people(folder, count)
        with recording() as url:
            try:
                measured = Measured(start(kind, url, people, count, str(Path(folder, f"others-{kind}.db"))))
            except RuntimeError as error:
                print(f"{kind:18} left out: {error}")
                continue
            arrived = sum(number for _, number in taken(url))
        short = "" if arrived == count else f" ({arrived} arrived)"
        print(f"{kind:18} {count / measured.seconds:7,.0f} messages/s, {measured.cpu / count * 1e6:6.0f} µs CPU{short}")
        figure(f"the same sends by {kind}, processor time", measured.cpu / count * 1e6, "µs a message", digits=0)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--paced", type=int, default=1_200)
    parser.add_argument("--memory", type=int, default=30_000)
    parser.add_argument("--latency", type=float, nargs=2, default=(0.2, 0.1), metavar=("CALL", "PART"))
    parser.add_argument("--only", nargs="+", choices=["each", "pace", "memory", "others"])
    given: Any = parser.parse_args()
    works = {
        "each": lambda folder: against_each(folder, given.people),
        "pace": lambda folder: at_metas_pace(folder, given.paced, tuple(given.latency)),
        "memory": lambda folder: memory(folder, given.memory),
        "others": lambda folder: others(folder, given.people),
    }
    for name in given.only or works:
        with tempfile.TemporaryDirectory() as folder:
            works[name](folder)


if __name__ == "__main__":
    main()
