"""A soak: an hour of a busy Page in ten minutes. Does the service grow, and does everybody get everything once?

    python benchmarks/soak.py [--minutes 10] [--rate 8] [--people 400]

`adaptor serve` with two workers on SQLite. The people of a sandbox ask questions, book in dialogues and are in five
broadcasts; the sandbox signs and delivers what they do, with the echo, the delivery receipt and the read receipt of
each message, some of it twice and out of order. In the middle the server is stopped and started again, with a broadcast
under way and dialogues that wait. Until then a day and a half has passed for what is older than 20 seconds, and
`ADAPTOR_RETENTION_DAYS` is 1: so the second server begins with removing what the first one has left.

Each server is judged for itself: after a time to warm up, the second half of its life against the first.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from traffic import SECRET, TOKEN, Service, Traffic, broadcast

from adaptor.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: By so much older does all become at the restart that is not recent.
PASSED_SECONDS = 1.5 * 86_400
#: The columns with times of what has ended, and what says that it has. Not when people wrote last: answers may wait,
#: and broadcasts come, and after 24 hours they would rightly be refused.
AGED = {
    "service_events": ("received", ("received", "happened")),
    "service_runs": ("coalesce(ended, started)", ("queued", "started", "ended")),
    "service_receipts": ("max(coalesce(delivered, 0), coalesce(seen, 0))", ("delivered", "seen")),
    "runs": ("ended", ("started", "ended")),
}
#: The tables of which each event has rows.
GROWING = ("service_events", "service_runs", "runs", "steps", "writes")
#: Of the life of each server: the share in which it warms up, and is not judged.
WARM_UP = 0.4


@dataclass
class Sample:
    """What was found at one moment."""

    at: float
    began: float
    life: int
    server_kib: int
    workers_kib: list[int]
    handles: int
    workers_handles: int
    threads: int
    file: int
    log: int
    messages: int


def workers_of(pid: int) -> list[int]:
    """Return the workers of a server. Between the server and a worker there is the worker's guard."""
    return sorted(worker for guard in children_of(pid) for worker in children_of(guard))


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def value_of(pid: int, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])


def size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def take_sample(service: Service, traffic: Traffic, life: int, begin: float) -> Sample | None:
    pid, workers = service.process.pid, workers_of(service.process.pid)
    try:
        return Sample(
            time.monotonic() - begin,
            time.time(),
            life,
            value_of(pid, "VmRSS"),
            [value_of(each, "VmRSS") for each in workers],
            len(os.listdir(f"/proc/{pid}/fd")),
            sum(len(os.listdir(f"/proc/{each}/fd")) for each in workers),
            value_of(pid, "Threads") + sum(value_of(each, "Threads") for each in workers),
            size_of(service.database) + size_of(Path(f"{service.database}-wal")),
            size_of(service.folder / "service-log.jsonl"),
            traffic.messages,
        )
    except (FileNotFoundError, ProcessLookupError):
        # A process has just ended.
        return None


def let_time_pass(database: Path, recent: float) -> None:
    """Make everything that has ended a while ago older; nobody has the database open."""
    connection = sqlite3.connect(database)
    with connection:
        for table, (ended, columns) in AGED.items():
            change = ", ".join(f"{column} = {column} - {PASSED_SECONDS}" for column in columns)
            connection.execute(f"UPDATE {table} SET {change} WHERE {ended} < ?", (time.time() - recent,))
    connection.close()


@dataclass
class Contents:
    """What the database holds: the bytes and rows of each table, with its indexes, and how runs have ended."""

    bytes: Counter[str]
    rows: Counter[str]
    statuses: Counter[str]
    outcomes: Counter[str]
    purged: int

    @classmethod
    def read(cls, database: Path) -> Contents:
        connection = sqlite3.connect(database)
        tables = dict(connection.execute("SELECT name, tbl_name FROM sqlite_master"))
        sizes: Counter[str] = Counter()
        for name, size in connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"):
            sizes[tables.get(name, name)] += size
        rows = Counter({name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in GROWING})
        statuses = Counter(dict(connection.execute("SELECT status, count(*) FROM service_runs GROUP BY status")))
        outcomes = Counter(dict(connection.execute("SELECT outcome, count(*) FROM writes GROUP BY outcome")))
        (purged,) = connection.execute("SELECT count(*) FROM runs WHERE purged IS NOT NULL").fetchone()
        connection.close()
        return cls(sizes, rows, statuses, outcomes, purged)


def compare_messages(expected: Counter[tuple[str, str]], got: Counter[tuple[str, str]]) -> list[str]:
    """Return what is wrong with the texts that people got, each with its PSID."""
    differences = ("got lost", expected - got), ("came twice, or were not asked for", got - expected)
    return [f"{found.total():,} messages {what}, such as {next(iter(found))}" for what, found in differences if found]


class Soak:
    """One soak: traffic, samples, and what is wrong with them."""

    def __init__(self, minutes: float, rate: float, people: int) -> None:
        self.seconds, self.rate = minutes * 60, rate
        #: Seconds before the restart of which no time passes: what is under way there is not old.
        self.recent = min(20.0, self.seconds / 20)
        self.psids = [str(6 * 10**15 + number) for number in range(people)]
        self.samples: list[Sample] = []
        self.problems: list[str] = []
        self._every = max(0.25, self.seconds / 120)

    def run(self) -> None:
        with Sandbox(app_secret=SECRET) as sandbox:
            self.sandbox, self.folder = sandbox, Path(tempfile.mkdtemp(prefix="adaptor-soak-"))
            webhooks = sandbox.webhooks
            # Until the server is back; Meta has more patience than a soak has time.
            webhooks.delays = (0.5,) * 240
            webhooks.duplicates, webhooks.disorder, webhooks.batch = 0.03, 3, 5
            self.service = Service(self.folder, sandbox)
            try:
                sandbox.subscribe(self.service.url, verify_token=TOKEN)
                self.traffic = Traffic(sandbox, self.rate, self.psids)
                self.begin = time.monotonic()
                self._live(0, [0.2, 0.6])
                self._restart()
                self._live(1, [0.2, 0.6])
                self._drain()
                self.service.stop()
                self.end = Contents.read(self.service.database)
            finally:
                self.service.process.kill()

    def _live(self, life: int, news: list[float]) -> None:
        """Sample for half of the time, with broadcasts at some shares of it."""
        begin, length = time.monotonic(), self.seconds / 2
        while (passed := time.monotonic() - begin) < length:
            if news and passed > news[0] * length:
                broadcast(self.service, self.traffic, 10 * life + len(news))
                del news[0]
            # Some dialogues wait while the server is away, some longer than what is recent.
            self.traffic.is_patient = life == 0 and passed > length - max(2 * self.recent, 2.0)
            if sample := take_sample(self.service, self.traffic, life, self.begin):
                self.samples.append(sample)
            assert self.traffic.failure is None
            assert self.service.process.poll() is None, f"the server has ended: {self.folder}"
            assert time.monotonic() < self.traffic.last + 60, f"nobody gets messages any more: {self.folder}"
            time.sleep(self._every)

    def _restart(self) -> None:
        broadcast(self.service, self.traffic, 99)
        self.service.stop()
        self.before = Contents.read(self.service.database)
        let_time_pass(self.service.database, self.recent)
        self.service.start()
        began = time.monotonic()
        while "and removed" not in (log := (self.folder / "log.jsonl").read_text()):
            assert time.monotonic() < began + 300, log[-2000:]
            time.sleep(0.1)
        self.retention_seconds = time.monotonic() - began
        self.after = Contents.read(self.service.database)
        self.traffic.is_patient = False

    def _drain(self) -> None:
        self.traffic.stop()
        until = time.monotonic() + max(60.0, self.seconds / 5)
        while time.monotonic() < until:
            is_complete = len(self.sandbox.messages) >= self.traffic.expected.total() and self.traffic.is_quiet
            if is_complete and self.sandbox.webhooks.wait(30):
                return
            time.sleep(0.2)

    # --- The judgement ---

    def judge(self) -> None:
        """Print what was found, and collect what is wrong with it."""
        self._show_samples()
        self.check_messages()
        self.check_runs()
        self.check_processes()
        self.check_database()

    def _show_samples(self) -> None:
        titles = "minute server,_MB workers,_MB handles threads database,_MB log,_MB messages"
        print(*(f"{title.replace('_', ' '):>14}" for title in titles.split()))
        for sample in self.samples[:: max(1, len(self.samples) // 20)]:
            workers = " + ".join(f"{kib / 1024:.1f}" for kib in sample.workers_kib)
            values = f"{sample.at / 60:.1f}", f"{sample.server_kib / 1024:.1f}", workers
            handles = f"{sample.handles} + {sample.workers_handles}"
            sizes = f"{sample.file / MEBI:.1f}", f"{sample.log / MEBI:.1f}", f"{sample.messages:,}"
            print(*(f"{value:>14}" for value in (*values, handles, str(sample.threads), *sizes)))

    def check_messages(self) -> None:
        traffic = self.traffic
        got = Counter((message.psid, str(message.text)) for message in self.sandbox.messages)
        print(f"\n{traffic.number:,} messages of people; {got.total():,} of the Page, of {traffic.expected.total():,}")
        lives = [[sample.began for sample in self.samples if sample.life == life] for life in (0, 1)]
        for when, begin, end in (
            ("of server 1", lives[0][0], lives[0][-1]),
            ("while the server was restarted and kept the retention time", lives[0][-1], lives[1][0]),
            ("of server 2", lives[1][0], lives[1][-1]),
        ):
            took = sorted(each for since, each in traffic.delays if begin <= since <= end) or [0.0]
            shown = ", ".join(
                f"p{share:.0f} {took[int(share / 100 * (len(took) - 1))]:.2f} s" for share in (50, 99, 100)
            )
            print(f"{len(took):,} answers {when}: {shown}")
        self.problems += compare_messages(traffic.expected, got)
        if self.sandbox.refusals:
            self.problems.append(f"{len(self.sandbox.refusals):,} sends refused, such as {self.sandbox.refusals[0]}")

    def check_runs(self) -> None:
        for name, found, wanted in (
            ("runs at the restart", self.before.statuses, {"succeeded", "cancelled", "queued", "waiting"}),
            # Cancelled: what was written before the question was recorded, and then was its answer.
            ("runs at the end", self.end.statuses, {"succeeded", "cancelled"}),
            ("writes", self.end.outcomes, {"sent"}),
        ):
            print(f"{name}: " + ", ".join(f"{count:,} {status}" for status, count in sorted(found.items())))
            if set(found) - wanted:
                self.problems.append(f"{name}: {dict(found)}")

    def check_processes(self) -> None:
        print(f"\n{'in the first half of its life, and in the second':<50}{'first':>10}{'second':>10}{'allowed':>10}")
        for life in (0, 1):
            of_life = [sample for sample in self.samples if sample.life == life]
            judged = of_life[int(len(of_life) * WARM_UP) :]
            halves = judged[: len(judged) // 2], judged[len(judged) // 2 :]
            for what, read, typical, allowed in MEASURES:
                first, second = (typical(read(sample) for sample in half) for half in halves)
                self._compare(f"server {life + 1}: {what}", first, second, allowed(first))

    def _compare(self, what: str, first: float, second: float, allowed: float) -> None:
        print(f"{what:<50}{first:>10,.1f}{second:>10,.1f}{allowed:>10,.1f}")
        if second > allowed:
            self.problems.append(f"{what}: {first:,.1f} became {second:,.1f}, at most {allowed:,.1f} is allowed")

    def check_database(self) -> None:
        before, after, end = self.before, self.after, self.end
        first, second = before.rows["service_events"], end.rows["service_events"] - after.rows["service_events"]
        sizes = [each.bytes.total() for each in (before, after, end)]
        print(f"\nthe retention time was kept {self.retention_seconds:.1f} s after the start: {after.purged:,} runs")
        print(f"{'the database, in KiB':<25}{'at the restart':>16}{'after retention':>16}{'at the end':>16}")
        for name in (*GROWING, "other tables"):
            each = [self._bytes(contents, name) / 1024 for contents in (before, after, end)]
            print(f"{name:<25}" + "".join(f"{size:>16,.0f}" for size in each))
        print(f"{'all':<25}" + "".join(f"{size / 1024:>16,.0f}" for size in sizes))
        self._compare(
            "bytes an event, of the first and second server",
            sizes[0] / first,
            (sizes[2] - sizes[1]) / second,
            1.15 * sizes[0] / first + 200_000 / second,
        )
        # Without what is recent: that is whole still.
        left = sum(
            after.bytes[name] - before.bytes[name] * (1 - after.purged / before.rows["runs"])
            for name in ("runs", "writes", "steps")
        )
        print(f"{left / after.purged:,.0f} bytes of a purged run stay: which messages it has sent, without the person")

    @staticmethod
    def _bytes(contents: Contents, name: str) -> int:
        if name in contents.bytes:
            return contents.bytes[name]
        return sum(size for table, size in contents.bytes.items() if table not in GROWING)


MEBI = 1024.0 * 1024.0
#: What is compared, its typical value, and how much it may be in the second half. SQLite fills its page caches, of
#: 8 MiB for each connection, as the database grows; a worker has pipes and files of the run that is under way.
MEASURES: tuple[
    tuple[str, Callable[[Sample], float], Callable[[Iterable[float]], float], Callable[[float], float]], ...
]
MEASURES = (
    ("memory of the server, MB", lambda sample: sample.server_kib / 1024, median, lambda first: 1.05 * first + 1),
    ("memory of a worker, MB", lambda sample: max(sample.workers_kib) / 1024, median, lambda first: 1.02 * first + 1),
    ("handles of the server", lambda sample: sample.handles, min, lambda first: first + 2),
    ("handles of the workers", lambda sample: sample.workers_handles, min, lambda first: first + 4),
    ("threads", lambda sample: sample.threads, min, lambda first: first + 1),
)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rate", type=float, default=8.0, help="how many messages people write a second")
    parser.add_argument("--people", type=int, default=400)
    given = parser.parse_args()
    soak = Soak(given.minutes, given.rate, given.people)
    soak.run()
    soak.judge()
    print()
    for problem in soak.problems:
        print(f"NOT AS IT SHOULD BE: {problem}")
    if soak.problems:
        print(f"The database and the log are in {soak.folder}.")
        return 1
    print("Nothing grows, nobody got anything twice, and nothing was lost.")
    shutil.rmtree(soak.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
