"""Servers of the service in processes of their own, and what Meta would send to them."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import itertools
import json
import os
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests

from tests.waiting import PATIENCE, wait_until

SECRET, TOKEN, PAGE = "app-secret-0123456789abcdef", "verify-token-0123", "102030405060708"
PSID = "6543210987654321"
_NUMBERS = itertools.count(1)


def message(psid: str = PSID, text: str = "Hello", mid: str | None = None) -> dict[str, Any]:
    """Return a message as an event of a webhook."""
    content = {"mid": mid or f"m_{next(_NUMBERS)}", "text": text}
    moment = round(time.time() * 1000)
    return {"sender": {"id": psid}, "recipient": {"id": PAGE}, "timestamp": moment, "message": content}


def body_of(*events: dict[str, Any]) -> bytes:
    """Return the body of a webhook."""
    entries = [{"id": PAGE, "time": 1796081400001, "messaging": [event]} for event in events]
    return json.dumps({"object": "page", "entry": entries}).encode()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Return the headers of a webhook."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={digest}"}


class Server:
    """`adaptor serve` or `adaptor dev`, started as a command; its log is read as it is written."""

    def __init__(self, forks: Any, words: list[str], cwd: Path) -> None:
        self.lines: list[str] = []
        self._more = threading.Condition()
        self.process = forks.start(words, cwd=cwd)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with os.fdopen(self.process._stderr, encoding="utf-8", errors="replace") as log:
            self.process._stderr = None
            for line in log:
                with self._more:
                    self.lines.append(line.rstrip("\n"))
                    self._more.notify_all()
        with self._more:
            self.lines.append("(the log has ended)")
            self._more.notify_all()

    def wait_for(self, pattern: str, count: int = 1, seconds: float = PATIENCE) -> list[str]:
        """Wait until so many lines of the log fit a pattern; return their first groups."""

        def found() -> list[str]:
            hits = [hit for line in self.lines if (hit := re.search(pattern, line))]
            return [hit[1] if hit.re.groups else hit[0] for hit in hits]

        with self._more:
            ended = self._more.wait_for(lambda: len(found()) >= count or "(the log has ended)" in self.lines, seconds)
            assert ended, f"{pattern} is not in the log:\n" + "\n".join(self.lines)
            assert len(found()) >= count, f"{pattern} never came:\n" + "\n".join(self.lines)
            return found()

    @property
    def url(self) -> str:
        return self.wait_for(r"webhook\s+(http\S+)")[0]

    def post(self, *events: dict[str, Any], secret: str = SECRET) -> int:
        """Deliver events in one webhook; return the status of the answer."""
        body = body_of(*events)
        return requests.post(self.url, data=body, headers=signed(body, secret), timeout=60).status_code

    def stop(self) -> int:
        """Stop it with SIGTERM; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        self._thread.join(PATIENCE)
        return int(code)

    def kill(self) -> None:
        """End it as nothing can be on guard against."""
        self.process.kill()
        self.process.wait(PATIENCE)
        self._thread.join(PATIENCE)


def write_bot(folder: Path, sandbox: Any, script: str, **credentials: Any) -> None:
    """Write a bot with one script, and the credentials that lead to a sandbox."""
    folder.mkdir(exist_ok=True)
    (folder / "answer.py").write_text(script)
    steps = [{"id": "hook", "type": "webhook", "next": "answer"}, {"id": "answer", "expression": "./answer.py"}]
    (folder / "bot.json").write_text(json.dumps({"id": "bot", "steps": steps}))
    given = {
        "access_token": sandbox.access_token,
        "base_url": sandbox.url,
        "app_secret": SECRET,
        "verify_token": TOKEN,
        **credentials,
    }
    (folder / "credentials.json").write_text(json.dumps(given))
    (folder / "credentials.json").chmod(0o600)


def children_of(pid: int) -> list[int]:
    """Return the ids of the processes that a process has started, in any of its threads."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def family_of(pid: int) -> list[int]:
    """Return a process and all below it."""
    return [pid, *(each for child in children_of(pid) for each in family_of(child))]


def kill_all(pids: list[int]) -> None:
    """Kill processes; with the first of them others may have ended."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class Lines:
    """A log that is read as it is written."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, level: str, line: str) -> None:
        """Take a line."""
        self.lines.append(line)

    def wait_for(self, part: str) -> None:
        """Wait until a line holds this."""
        wait_until(lambda: any(part in line for line in self.lines))


def run_async(coroutine: Any) -> Any:
    """Run a coroutine in a thread of its own: the loop of a browser may run in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
