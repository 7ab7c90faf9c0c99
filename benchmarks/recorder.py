"""A server that takes every message, alone or in batches, and only writes down when: a process of its own.

    python benchmarks/recorder.py [SECONDS_A_CALL] [SECONDS_A_PART]

`GET /taken` gives a pair for each call: when it came by this process's clock, and how many messages it carried.
"""

from __future__ import annotations

import json
import socketserver
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

BODY = json.dumps({"message_id": "m_" + "a" * 86})
PART = json.dumps({"code": 200, "body": BODY})
PAGE = b'{"id": "102030405060708", "name": "Benchmark"}'


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        came = time.monotonic()
        # Each part has a path of its own, whatever the client; it may be written in a form or in JSON.
        parts = raw.count(b"relative_url")
        with self.server.lock:
            self.server.taken.append((came, max(parts, 1)))
        a_call, a_part = self.server.latency
        if a_call or a_part:
            time.sleep(a_call + a_part * parts)
        self._answer(f"[{', '.join([PART] * parts)}]".encode() if parts else BODY.encode())

    def do_GET(self) -> None:
        with self.server.lock:
            self._answer(json.dumps(self.server.taken).encode() if self.path == "/taken" else PAGE)

    def _answer(self, body: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def log_message(self, *args: object) -> None:
        pass


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, a_call: float, a_part: float) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.latency = a_call, a_part
        self.taken: list[tuple[float, int]] = []
        self.lock = threading.Lock()


@contextmanager
def recording(a_call: float = 0.0, a_part: float = 0.0) -> Iterator[str]:
    """Run it in a process of its own, and give its URL."""
    command = [sys.executable, __file__, str(a_call), str(a_part)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def taken(url: str) -> list[tuple[float, int]]:
    """Return when each call came, and how many messages it carried, in the order of time."""
    with urllib.request.urlopen(f"{url}/taken") as answer:
        return sorted((came, count) for came, count in json.load(answer))


if __name__ == "__main__":
    with Server(float(sys.argv[1]), float(sys.argv[2])) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()
