"""The service: events stored a second, runs a second of one warm worker, and the time from a webhook to the reply.

    python benchmarks/service.py [--database URL] [--seconds 10]

The server runs in processes of its own, as `adaptor serve` does; webhooks come over 32 connections that stay open. With
a PostgreSQL also: what `adaptor worker` performs on one and on two machines, here two processes of this machine. Which
of the two comes first changes, so that other load on the machine hits both.
"""

from __future__ import annotations

import argparse
import bisect
import hashlib
import hmac
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from figures import figure

from adaptor.runner.execution.recording.run_id import new_run_id
from adaptor.runner.load.credentials import Credentials
from adaptor.sandbox import Sandbox
from adaptor.service.store.records import NewRun
from adaptor.service.store.store import open_service_store
from adaptor.service.triggers.project import load_project

SECRET, CONNECTIONS = "benchmark-secret-0123456789", 32
BOTS = {
    "store": ("messaging_postbacks", "log(1)"),
    "no-op": ("messages", "fn(lambda state: state)"),
    "reply": ("messages", 'send_text(state.data.psid, "Hello")'),
}
#: So many people get a broadcast in the time in which the Page may send it.
BROADCAST = """broadcast(
    lambda state: [str(7 * 10**15 + number) for number in range(state["data"]["people"])],
    send_text(state.data, "The clinic is closed tomorrow.", messaging_type="UPDATE"),
)"""


class Server:
    """`adaptor serve` with one bot."""

    def __init__(self, name: str, database: str | None, sandbox: Sandbox, *words: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="adaptor-benchmark-"))
        event, script = BOTS[name]
        steps = [{"id": "hook", "type": "webhook", "events": event, "next": "a"}, {"id": "a", "expression": script}]
        yearly = {"id": "yearly", "type": "cron", "cron": "0 0 1 1 *", "next": "many"}
        steps += [yearly, {"id": "many", "expression": BROADCAST}]
        (self.folder / "bot.json").write_text(json.dumps({"steps": steps}))
        given = {"access_token": sandbox.access_token, "base_url": sandbox.url, "app_secret": SECRET}
        (self.folder / "c.json").write_text(json.dumps(given))
        self.database = database or str(self.folder / "ledger.db")
        command = [sys.executable, "-m", "adaptor", "serve", "bot.json", "-c", "c.json", "--port", "0", "--log-json"]
        self.process = subprocess.Popen(
            [*command, "--database", self.database, *words], cwd=self.folder, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr is not None
        found = next(hit for line in self.process.stderr if (hit := re.search(r'"url": "([^"]+)"', line)))
        self.address = urlsplit(found[1])
        threading.Thread(target=lambda: [None for _ in self.process.stderr or ()], daemon=True).start()
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        connection = http.client.HTTPConnection(str(self.address.hostname), self.address.port)
        while True:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                return
            time.sleep(0.05)

    def processor_seconds(self) -> float:
        """Return the processor time of the server, its workers, and the runs that have ended."""
        pids, used = [self.process.pid], 0.0
        for pid in pids:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
            pids += children_of(pid)
        return used

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started, in any of its threads."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def body_of(number: int) -> bytes:
    item = {
        "sender": {"id": str(6 * 10**15 + number)},
        "recipient": {"id": "102030405060708"},
        "timestamp": 1796081400000 + number,
        "message": {"mid": f"m_{os.getpid()}_{time.time_ns()}_{number}", "text": "When are you open?"},
    }
    return json.dumps({"object": "page", "entry": [{"id": "102030405060708", "messaging": [item]}]}).encode()


def deliver(server: Server, rate: float, seconds: float) -> tuple[float, list[float]]:
    """Deliver events at a rate; return how many a second came through, and the milliseconds of each answer."""
    took: list[float] = []
    start = time.perf_counter() + 0.2

    def work(first: int) -> None:
        connection = http.client.HTTPConnection(str(server.address.hostname), server.address.port)
        for number in range(first, int(rate * seconds), CONNECTIONS):
            time.sleep(max(0.0, start + number / rate - time.perf_counter()))
            body = body_of(number)
            signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
            began = time.perf_counter()
            connection.request("POST", server.address.path, body, {"X-Hub-Signature-256": f"sha256={signature}"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            took.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=work, args=(first,)) for first in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(took) / (time.perf_counter() - start), sorted(took)


def quantile(sorted_values: list[float], share: float) -> float:
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]


def noted(
    database: str | None,
    what: str,
    value: float,
    unit: str,
    at_most: float | None = None,
    at_least: float | None = None,
) -> None:
    """Add a figure to the table of all benchmarks, with the database that it was measured with."""
    kind = "SQLite" if database is None else "PostgreSQL"
    figure(f"{kind}: {what}", value, unit, at_most=at_most, at_least=at_least, digits=1)


def measure_store(database: str | None, sandbox: Sandbox, seconds: float) -> None:
    server = Server("store", database, sandbox)
    for rate in (500.0, 5000.0):
        got, took = deliver(server, rate, seconds * min(1.0, 500 / rate) * 2)
        shown = f"{got:7.0f} events/s stored, asked for {rate:.0f}"
        print(f"{shown}: p50 {quantile(took, 0.5):.1f} ms, p99 {quantile(took, 0.99):.1f} ms")
        if rate == 500:
            noted(database, "500 webhooks/s answered, p99", quantile(took, 0.99), "ms", at_most=200)
        else:
            noted(database, "webhooks stored, as many as go", got, "events a second", at_least=500)
    # Between the server and a worker there is the worker's guard.
    worker = children_of(children_of(server.process.pid)[0])[0]
    memory = re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{worker}/status").read_text())[0]
    print(f"{int(memory) / 1024:7.1f} MB: an idle worker")
    noted(database, "an idle worker", int(memory) / 1024, "MB", at_most=80)
    server.stop()


def measure_runs(database: str | None, sandbox: Sandbox, count: int = 150) -> None:
    server = Server("no-op", database, sandbox, "--workers", "1")
    deliver(server, 1000.0, count / 1000)
    store = open_service_store(server.database)
    while any(store.runs.count_open().values()):
        time.sleep(0.02)
    runs = sorted(store.runs.newest(count), key=lambda run: run.started or 0)
    spent = (runs[-1].ended or 0) - (runs[0].started or 0)
    print(f"{len(runs) / spent:7.1f} no-op runs/s by one worker")
    noted(database, "runs that do nothing, one worker", len(runs) / spent, "runs a second", at_least=50)
    store.close()
    server.stop()


def measure_reply_beside_broadcast(
    database: str | None, sandbox: Sandbox, rate: float, seconds: float, workers: int = 4
) -> None:
    """Measure how long people wait for an answer while a broadcast uses all that Meta allows the Page."""
    server = Server("reply", database, sandbox, "--workers", str(workers))
    project = load_project(str(server.folder / "bot.json"), Credentials(is_lenient=True))
    store = open_service_store(server.database)
    before, people = len(sandbox.messages), int(300 * (seconds + 3))
    id_ = new_run_id(10)
    given = {"data": {"people": people}}
    store.runs.queue([NewRun(id_, "", "yearly", project.versions[""], None, given, is_answer=False)])
    while len(sandbox.messages) < before + 100:
        time.sleep(0.02)
    spent = server.processor_seconds()
    began = time.perf_counter()
    deliver(server, rate, seconds)
    # All but the broadcast.
    while sum(store.runs.count_open().values()) > 1:
        time.sleep(0.05)
    took_all, spent = time.perf_counter() - began, server.processor_seconds() - spent
    run = store.runs.find(id_)
    came = {run.person and run.person.partition("/")[2]: run.queued for run in reversed(store.runs.newest(5000))}
    messages = sandbox.messages[before:]
    took = sorted((each.at.timestamp() - came[each.psid]) * 1000 for each in messages if each.psid in came)
    moments = sorted(each.at.timestamp() for each in messages)
    busiest = max(bisect.bisect_left(moments, moment + 1) - index for index, moment in enumerate(moments))
    ended = "" if run is not None and run.ended is None else " (which ended before)"
    print(
        f"{rate:7.0f} messages/s answered beside a broadcast{ended}, {workers} workers: reply after p50 "
        f"{quantile(took, 0.5):.0f} ms, p99 {quantile(took, 0.99):.0f} ms; busiest second {busiest} messages; "
        f"{spent / took_all:.2f} cores used by the service"
    )
    what = f"from a webhook to the reply beside a broadcast, {rate:.0f} messages/s, {workers} workers, p99"
    noted(database, what, quantile(took, 0.99), "ms", at_most=300)
    while any(store.runs.count_open().values()):
        time.sleep(0.05)
    store.close()
    server.stop()


def measure_reply(database: str | None, sandbox: Sandbox, rate: float, seconds: float) -> None:
    server = Server("reply", database, sandbox)
    before = len(sandbox.messages)
    deliver(server, rate, seconds)
    store = open_service_store(server.database)
    while any(store.runs.count_open().values()):
        time.sleep(0.02)
    came = {run.person and run.person.partition("/")[2]: run.queued for run in reversed(store.runs.newest(5000))}
    took = sorted((each.at.timestamp() - came[each.psid]) * 1000 for each in sandbox.messages[before:])
    print(
        f"{rate:7.0f} messages/s answered by two workers: reply after p50 {quantile(took, 0.5):.0f} ms, "
        f"p99 {quantile(took, 0.99):.0f} ms"
    )
    what = f"from a webhook to the reply, {rate:.0f} messages/s, two workers, p99"
    noted(database, what, quantile(took, 0.99), "ms", at_most=300)
    store.close()
    server.stop()


class Machines:
    """So many `adaptor worker`, each with one worker process, and the runs that they are given."""

    def __init__(self, script: str, database: str, count: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="adaptor-benchmark-"))
        (self.folder / "bot.json").write_text(json.dumps({"steps": [{"id": "a", "expression": script}]}))
        (self.folder / "c.json").write_text('{"access_token": "token-0123456789"}')
        project = load_project(str(self.folder / "bot.json"), Credentials(is_lenient=True), needs_trigger=False)
        self.digest = project.versions[""]
        command = [
            sys.executable,
            "-m",
            "adaptor",
            "worker",
            "bot.json",
            "-c",
            "c.json",
            "--workers",
            "1",
            "-l",
            "none",
        ]
        self.processes = [
            subprocess.Popen([*command, "--database", database], cwd=self.folder, stderr=subprocess.DEVNULL)
            for _ in range(count)
        ]
        self.store = open_service_store(database)
        # Until all of them are warm.
        self.perform(4 * count)
        time.sleep(2)
        self.perform(4 * count)

    def perform(self, count: int) -> float:
        """Perform so many runs, each of another person; return the runs a second."""
        runs = [NewRun(new_run_id(10), "", "a", self.digest, f"1/{number}", {"data": {}}) for number in range(count)]
        self.store.runs.queue(runs)
        while any(self.store.runs.count_open().values()):
            time.sleep(0.05)
        rows = self.store.runs.newest(count)
        return count / (max(row.ended or 0 for row in rows) - min(row.started or 0 for row in rows))

    def stop(self) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait()
        self.store.close()


class SlowAnswer(BaseHTTPRequestHandler):
    """A system elsewhere that takes half a second to answer."""

    def do_GET(self) -> None:
        time.sleep(0.5)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *words: object) -> None:
        pass


def measure_machines(database: str, rounds: int = 3) -> None:
    elsewhere = ThreadingHTTPServer(("127.0.0.1", 0), SlowAnswer)
    threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
    waiting = f'http.get("http://127.0.0.1:{elsewhere.server_address[1]}/")'
    found: dict[int, list[float]] = {1: [], 2: []}
    for round_ in range(rounds):
        for count in (1, 2) if round_ % 2 else (2, 1):
            machines = Machines(waiting, database, count)
            found[count].append(machines.perform(20))
            machines.stop()
    elsewhere.shutdown()
    one, two = (sorted(found[count])[rounds // 2] for count in (1, 2))
    print(
        f"{two / one:7.2f} times as many runs that wait half a second for a network: {one:.2f} and {two:.2f} a second"
    )
    noted(database, "two `adaptor worker`, work that waits for the network", two / one, "× one", at_least=1.7)
    machines = Machines("fn(lambda state: state)", database, 1)
    print(f"{max(machines.perform(100) for _ in range(3)):7.1f} no-op runs/s by one adaptor worker (best of 3)")
    parent = machines.processes[0].pid
    guard = children_of(parent)[0]
    known = ("adaptor worker itself", parent), ("its guard", guard), ("its idle worker process", children_of(guard)[0])
    for what, pid in known:
        memory = re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]
        print(f"{int(memory) / 1024:7.1f} MB: {what}")
    machines.stop()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", help="default: an SQLite file")
    parser.add_argument("--seconds", type=float, default=10.0)
    given = parser.parse_args()
    with Sandbox() as sandbox:
        measure_store(given.database, sandbox, given.seconds)
        measure_runs(given.database, sandbox)
        for rate in (5.0, 20.0):
            measure_reply(given.database, sandbox, rate, given.seconds)
        for rate in (10.0, 50.0):
            measure_reply_beside_broadcast(given.database, sandbox, rate, given.seconds)
    if given.database is not None:
        measure_machines(given.database)


if __name__ == "__main__":
    main()
