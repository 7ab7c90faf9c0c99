"""How long commands take with a ledger of ten million writes, and which of their queries read a whole table.

    python benchmarks/history.py [--runs 1000] [--writes 10000] [--database FILE] [--plans]

The rows are made by SQL: runs of one job, of which every tenth ended with failures, and the receipts of as many people
as one run has writes. A job that sends one message is run beside the same with a ledger of one run. Every command is a
process of its own; the median counts. `--database` keeps the ledger, and uses it again where it is there.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from figures import figure
from recorder import recording

from adaptor.ledger.database.database import Database
from adaptor.ledger.database.sqlite import SqliteDatabase
from adaptor.ledger.run_counts import keep_counts
from adaptor.service.store.store import open_service_store

#: Seconds until a command ends, or until its first line where it writes one for each write.
ALLOWED = 1.0
#: What a job that sends may take with the large ledger, beside a small one.
ALLOWED_TIMES = 1.2
REPEATS = 5
PAGE = "102030405060708"
PLACE = f"https://graph.facebook.com/{PAGE}"
JOB = 'send_text(state.data.psid, "Hello")\n'
#: The tables that grow with what is sent or received.
LARGE = r"SCAN (writes|w|p|service_\w+|steps)\b(?! USING)"

WRITES = """
INSERT INTO writes (id, run, step, arrival, site, page, recipient, fingerprint, nth, is_message, outcome, attempt,
                    created, changed, about, result, error)
SELECT '{run}-' || k, '{run}', 'job-1', 0, 'send_text', '{page}', psid, 'f3b1c2d4e5f60718293a4b5c6d7e8f90', 0, 1,
       outcome, 1, {started}, {started} + 1, CASE outcome WHEN 'failed' THEN 'person' END,
       CASE outcome WHEN 'sent' THEN '{{"recipient_id":"' || psid || '","message_id":"m_{padding}' || k || '"}}' END,
       CASE outcome WHEN 'failed' THEN '{{"name":"PersonUnavailable","code":"551","fix":"Leave this person out."}}' END
FROM (SELECT k, psid, CASE WHEN {is_ill} AND k % 50 = 0 THEN 'failed' ELSE 'sent' END AS outcome FROM numbers) AS made
"""


def fill(database: Database, runs: int, writes: int) -> None:
    """Add runs like the newest one, each an hour before the next, with so many writes."""
    started = float(database.run("SELECT max(started) FROM runs").fetchone()[0])
    with database.transaction():
        indexes = [
            (name, sql)
            for name, sql in database.run("SELECT name, sql FROM sqlite_master WHERE type = 'index'").fetchall()
            if name.startswith("writes_")
        ]
        for name, _ in indexes:
            database.run(f"DROP INDEX {name}")
        database.run("CREATE TEMPORARY TABLE numbers (k INTEGER PRIMARY KEY, psid TEXT NOT NULL)")
        database.run_many("INSERT INTO numbers VALUES (?, ?)", [(k, str(10**15 + k)) for k in range(writes)])
        names = "path, words, job_digest, input_digest, input, attempt, identity, fresh, labels, given, purged"
        for number in range(runs):
            run, began = f"run-{number:06}", started - 3600.0 * (runs - number)
            is_ill = number % 10 == 1
            database.run(
                f"INSERT INTO runs (id, status, started, ended, exit_code, {names}) "
                f"SELECT ?, 'finished', ?, ?, ?, {names} FROM runs WHERE started = ?",
                (run, began, began + 60, int(is_ill), started),
            )
            made = {"run": run, "page": PLACE, "started": began, "padding": "A" * 80, "is_ill": int(is_ill)}
            database.run(WRITES.format(**made))
        database.run(
            f"INSERT INTO service_receipts (page, psid, delivered, seen) SELECT '{PAGE}', psid, {started}, "
            f"CASE k % 3 WHEN 0 THEN NULL ELSE {started} END FROM numbers"
        )
        for _, sql in indexes:
            database.run(sql)
        for number in range(runs):
            # As each run does when it ends.
            keep_counts(database, f"run-{number:06}")


def seconds(
    command: list[str], folder: str, *, first_line: bool = False, environment: dict[str, str] | None = None
) -> float:
    """Return how long a command takes until it ends, or until its first line came."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "adaptor", *command],
        cwd=folder,
        env=kept | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        if first_line:
            process.stdout.readline()
            took = time.perf_counter() - began
            process.kill()
            process.communicate()
            return took
        _, err = process.communicate()
    if process.returncode:
        raise RuntimeError(err.decode())
    return time.perf_counter() - began


def median(
    command: list[str], folder: str, *, first_line: bool = False, environment: dict[str, str] | None = None
) -> float:
    return statistics.median(
        seconds(command, folder, first_line=first_line, environment=environment) for _ in range(REPEATS)
    )


@contextmanager
def watched(plans: dict[str, list[str]]) -> Iterator[None]:
    """Note the plan of every query inside."""
    run = SqliteDatabase.run

    def noting(database: SqliteDatabase, sql: str, values: Sequence[Any] = ()) -> Any:
        if sql.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
            plans[" ".join(sql.split())] = [row[3] for row in run(database, f"EXPLAIN QUERY PLAN {sql}", values)]
        return run(database, sql, values)

    SqliteDatabase.run = noting  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        SqliteDatabase.run = run  # type: ignore[method-assign]


def plans_of(command: list[str], folder: str) -> dict[str, list[str]]:
    """Return the queries that a command makes, each with its plan."""
    from adaptor.cli.main import main as adaptor

    plans: dict[str, list[str]] = {}
    out = contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO())
    with watched(plans), contextlib.chdir(folder), contextlib.suppress(SystemExit), out[0], out[1]:
        adaptor(command)
    return plans


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--writes", type=int, default=10_000)
    parser.add_argument("--database", help="keep the ledger in this file, and use it where it is there")
    parser.add_argument("--plans", action="store_true", help="print the plan of every query")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, recording() as url:
        database = os.path.abspath(given.database or os.path.join(folder, "large.db"))
        home = os.path.dirname(database)
        Path(home, "job.py").write_text(JOB)
        Path(folder, "c.json").write_text(f'{{"access_token": "benchmark-token", "base_url": "{url}"}}')
        job = ["run", os.path.join(home, "job.py"), "-c", os.path.join(folder, "c.json"), "-l", "none"]
        job += ["-S", '{"data": {"psid": "1000000000000001"}}', "--fresh", "-o", os.devnull]
        small = [*job, "--database", os.path.join(folder, "small.db")]
        large = [*job, "--database", database]
        seconds(small, folder)
        if not os.path.exists(database):
            began = time.perf_counter()
            seconds(large, folder)
            store = open_service_store(database)
            fill(store.database, given.runs, given.writes)
            store.close()
            megabytes = os.path.getsize(database) / 1e6
            print(f"{given.runs * given.writes:,} writes, {megabytes:,.0f} MB, in {time.perf_counter() - began:.0f} s")
        size = f"{given.runs:,} runs of {given.writes:,} writes"
        measure(folder, database, small, large, size, shows_plans=given.plans)


def measure(folder: str, database: str, small: list[str], large: list[str], size: str, *, shows_plans: bool) -> None:
    at = ["--database", database]
    commands = {
        "runs list": ["runs", "list", *at],
        "runs show": ["runs", "show", "run-000001", *at],
        "runs results --outcome failed": ["runs", "results", "run-000001", "--outcome", "failed", *at],
    }
    found: dict[str, list[str]] = {}
    for name, command in commands.items():
        took = median(command, folder)
        print(f"{name:28} {took:6.2f} s (allowed: {ALLOWED:.0f})")
        figure(f"`{name}`, {size}", took, "s", at_most=ALLOWED)
        if shows_plans:
            found.update(plans_of(command, folder))
    first = median(["runs", "results", "run-000001", *at], folder, first_line=True)
    print(f"{'runs results, first line':28} {first:6.2f} s (allowed: {ALLOWED:.0f})")
    figure(f"`runs results` until its first line, {size}", first, "s", at_most=ALLOWED)
    # Not --fresh: the earlier runs are looked at.
    kept = {"ADAPTOR_RETENTION_DAYS": "3650"}
    for what, words, more in (
        ("a run", [], {}),
        ("a run with retention", [], kept),
        ("a run with --fresh", ["--fresh"], {}),
    ):
        bare, full = ([each for each in command if each != "--fresh"] + words for command in (small, large))
        pairs = [
            (seconds(bare, folder, environment=more), seconds(full, folder, environment=more))
            for _ in range(3 * REPEATS)
        ]
        times = statistics.median(pair[1] for pair in pairs) / statistics.median(pair[0] for pair in pairs)
        print(f"{what:28} {times:6.2f} × with a small ledger (allowed: {ALLOWED_TIMES})")
        figure(f"{what} that sends a message, {size}", times, "× with a small ledger", at_most=ALLOWED_TIMES)
        if shows_plans:
            found.update(plans_of(full, folder))
    for sql, plan in found.items():
        mark = "SCAN" if re.search(LARGE, "; ".join(plan)) else "ok"
        print(f"  {mark:4} {sql[:220]}\n       {'; '.join(plan)}")


if __name__ == "__main__":
    main()
