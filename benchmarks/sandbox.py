"""How many sends a second the sandbox takes: in batches of fifty, and as single calls over one connection.

    python benchmarks/sandbox.py [SENDS]

The sandbox runs in a process of its own, as `adaptor sandbox` does; what is measured is its processor time, so that
the caller's own work does not count.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from urllib.parse import quote, urlsplit

from figures import figure

BATCHED, SINGLE = 2000, 500
SERVER = """
import resource, sys
from adaptor.sandbox import Sandbox
with Sandbox(access_token="t") as sandbox:
    print(sandbox.url, flush=True)
    for line in sys.stdin:
        spent = resource.getrusage(resource.RUSAGE_SELF)
        print(spent.ru_utime + spent.ru_stime, len(sandbox.messages), spent.ru_maxrss, flush=True)
"""
HEADERS = {"Authorization": "Bearer t", "Content-Type": "application/json"}


def single(connection: http.client.HTTPConnection, sends: int) -> None:
    for number in range(sends):
        message = {"recipient": {"id": str(10**15 + number)}, "message": {"text": f"Hello {number}"}}
        connection.request("POST", "/v26.0/me/messages", json.dumps(message), HEADERS)
        assert b"message_id" in connection.getresponse().read()


def batched(connection: http.client.HTTPConnection, sends: int) -> None:
    for start in range(0, sends, 50):
        parts = [
            {
                "method": "POST",
                "relative_url": "me/messages",
                "body": f"messaging_type=UPDATE&recipient={quote(json.dumps({'id': str(10**15 + number)}))}"
                f"&message={quote(json.dumps({'text': f'Hello {number}'}))}",
            }
            for number in range(start, min(start + 50, sends))
        ]
        connection.request("POST", "/v26.0/", json.dumps({"batch": parts}), HEADERS)
        assert all(part["code"] == 200 for part in json.loads(connection.getresponse().read()))


def main() -> None:
    sends = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        address = urlsplit(server.stdout.readline().strip())

        def spent() -> tuple[float, int, int]:
            print(file=server.stdin, flush=True)
            seconds, messages, memory = server.stdout.readline().split()
            return float(seconds), int(messages), int(memory)

        connection = http.client.HTTPConnection(address.hostname or "", address.port)
        for name, work, wanted in (("batches of 50", batched, BATCHED), ("single calls ", single, SINGLE)):
            work(connection, 200)
            before, started = spent()[0], time.perf_counter()
            work(connection, sends)
            elapsed, (after, messages, memory) = time.perf_counter() - started, spent()
            rate = sends / (after - before)
            print(
                f"{name}: {rate:7,.0f} sends a second of processor time (wanted: {wanted:,}), "
                f"{sends / elapsed:7,.0f} by the clock; {messages:,} messages, {memory / 1024:.0f} MB"
            )
            figure(f"the sandbox, {name.strip()}", rate, "sends a second of processor time", at_least=wanted, digits=0)
        connection.close()
        server.stdin.close()


if __name__ == "__main__":
    main()
