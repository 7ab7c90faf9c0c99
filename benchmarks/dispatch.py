"""What a job of Procrastinate costs and gives, beside a bare NOTIFY and beside nothing at all.

    python benchmarks/dispatch.py --database postgresql://…

Each way queues the same runs. `alone` announces nothing: dispatchers look at the rows about once a second. `notify`
sends one NOTIFY in the transaction, which wakes every machine. `job` queues a job for each run, which wakes one machine
that has room. The three take turns, so that other load on the machine hits all of them.
"""

from __future__ import annotations

import argparse
import statistics
import threading
import time
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING

import psycopg

from adaptor.ledger.database.postgres import PostgresDatabase
from adaptor.runner.execution.recording.run_id import new_run_id
from adaptor.service.dispatch.announcer import Announcer
from adaptor.service.dispatch.listener import Listener
from adaptor.service.dispatch.procrastinate_jobs import JobQueue, make_tables
from adaptor.service.store.records import Event, NewRun
from adaptor.service.store.store import open_service_store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROUNDS = 30


class Notifier(Announcer):
    """Announces runs by NOTIFY."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    def announce(self, runs: Sequence[str], *, is_answer: bool = True) -> None:
        if runs:
            self._database.connection.execute("NOTIFY adaptor_runs")


class Ear:
    """A machine that is woken: it says when."""

    def __init__(self) -> None:
        self.woken = threading.Event()

    def take(self) -> Future[None]:
        self.woken.set()
        future: Future[None] = Future()
        future.set_result(None)
        return future

    def listen(self, url: str) -> None:
        def work() -> None:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("LISTEN adaptor_runs")
                for _ in connection.notifies():
                    self.woken.set()

        threading.Thread(target=work, daemon=True).start()


def arrivals(count: int) -> list[tuple[Event, list[NewRun]]]:
    found = []
    for number in range(count):
        mid = f"m{time.time_ns()}-{number}"
        run = NewRun(new_run_id(10), "", "hook", "digest", f"10/{number}", {"data": {"text": "Hello"}})
        found.append((Event("10", "messages", mid, str(number), time.time(), {"text": "Hello"}), [run]))
    return found


def milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    url = parser.parse_args().database
    store = open_service_store(url)
    database = store.database
    if not isinstance(database, PostgresDatabase):
        parser.error("--database is no postgresql:// URL")
    make_tables(database)
    ways = {"alone": Announcer(), "notify": Notifier(database), "job": JobQueue(database)}
    jobs, notified = Ear(), Ear()
    listener = Listener(database, jobs.take)
    listener.start()
    notified.listen(url)
    time.sleep(2)
    costs: dict[tuple[str, int], list[float]] = {(way, size): [] for way in ways for size in (1, 100)}
    waits: dict[str, list[float]] = {"notify": [], "job": []}
    for _ in range(ROUNDS):
        for way, announcer in ways.items():
            store.events._announcer = announcer
            for size in (1, 100):
                batch = arrivals(size)
                ear = {"job": jobs, "notify": notified}.get(way)
                if ear is not None:
                    ear.woken.clear()
                costs[way, size].append(milliseconds(partial(store.events.store, batch)))
                if ear is not None and size == 1:
                    waits[way].append(milliseconds(partial(ear.woken.wait, 5)))
            time.sleep(0.1)
            while store.announcer is not None and store.database.run("SELECT 1 FROM procrastinate_jobs").fetchone():
                time.sleep(0.02)
    for (way, size), took in costs.items():
        base = statistics.median(costs["alone", size])
        median = statistics.median(took)
        print(f"{way:>7}: {size:3} events stored with their runs in {median:6.1f} ms ({median / base:.2f} × alone)")
    for way, took in waits.items():
        took.sort()
        print(f"{way:>7}: woken {statistics.median(took):5.1f} ms after that, p95 {took[int(len(took) * 0.95)]:.1f} ms")
    print("  alone: looked at after up to 1,000 ms")
    store.database.run("UPDATE service_runs SET is_open = 0, status = 'cancelled' WHERE is_open = 1")
    listener.stop()
    listener.join()
    store.close()


if __name__ == "__main__":
    main()
