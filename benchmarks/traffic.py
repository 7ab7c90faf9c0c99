"""The traffic of the soak: a bot on `adaptor serve`, and the people of a sandbox who write to it."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from adaptor.sandbox import Sandbox

SECRET, KEY, TOKEN = "benchmark-secret-0123456789", "benchmark-key-0123456789", "benchmark-token-0123456789"
BOT = {
    "id": "clinic",
    "steps": [
        {"id": "book", "type": "webhook", "filter": {"text": "^book "}, "next": "name"},
        {"id": "news", "type": "webhook", "custom_path": "news", "next": "tell"},
        {"id": "other", "type": "webhook", "next": "answer"},
        {
            "id": "name",
            "expression": 'fn(lambda state: {**state, "booking": state["data"]["text"]})\n'
            'send_text(state.data.psid, f"Your name, to {state.data.text}?")',
            "next": {"greet": {"on": "reply", "within": "2d"}},
        },
        {"id": "greet", "expression": 'send_text(state.data.psid, f"{state.data.text}, {state.booking}: done.")'},
        {"id": "answer", "expression": 'send_text(state.data.psid, f"You asked: {state.data.text}")'},
        {
            "id": "tell",
            "expression": "broadcast(state.data.people, send_text(state.data.psid, state.data.text))",
        },
    ],
}


class Service:
    """`adaptor serve`, which can be stopped and started again on the same port."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder = folder
        self.database = folder / "ledger.db"
        (folder / "bot.json").write_text(json.dumps(BOT))
        given = {
            "access_token": sandbox.access_token,
            "base_url": sandbox.url,
            "app_secret": sandbox.app_secret,
            "app_id": sandbox.app_id,
            "verify_token": TOKEN,
            "webhook_api_key": KEY,
        }
        (folder / "c.json").write_text(json.dumps(given))
        (folder / "c.json").chmod(0o600)
        self.url, self._port = "", 0
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "adaptor", "serve", "bot.json", "-c", "c.json", "--log-json"]
        log = self.folder / "log.jsonl"
        begin = log.stat().st_size if log.exists() else 0
        with log.open("ab") as stream:
            self.process = subprocess.Popen(
                [*command, "--port", str(self._port), "--database", str(self.database)],
                cwd=self.folder,
                stderr=stream,
                env={**os.environ, "ADAPTOR_RETENTION_DAYS": "1"},
            )
        until = time.monotonic() + 60
        while not (found := re.search(rb'"url": "([^"]+)"', log.read_bytes()[begin:])):
            assert self.process.poll() is None, log.read_text()[begin:]
            assert time.monotonic() < until, log.read_text()[begin:]
            time.sleep(0.05)
        self.url = found[1].decode()
        self._port = int(self.url.rpartition(":")[2].partition("/")[0])

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0

    def call(self, path: str, content: object) -> None:
        """Call a trigger as another program does."""
        address = self.url.rpartition("/")[0] + path
        headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(address, json.dumps(content).encode(), headers), timeout=30):
            pass


@dataclass
class Traffic:
    """What the people of the sandbox do. Each waits for what they should get before they write again."""

    sandbox: Sandbox
    rate: float
    people: list[str]
    expected: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: When who should get what was asked for.
    asked: dict[tuple[str, str], float] = field(default_factory=dict)
    delays: list[tuple[float, float]] = field(default_factory=list)
    #: Those who are asked for their name answer later.
    is_patient: bool = False
    messages: int = 0
    number: int = 0
    _waiting: dict[str, str] = field(default_factory=dict)
    _later: list[tuple[str, str]] = field(default_factory=list)
    _seen: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _random: random.Random = field(default_factory=lambda: random.Random(1))

    def __post_init__(self) -> None:
        self.failure: BaseException | None = None
        #: When somebody got a message last.
        self.last = time.monotonic()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    @property
    def is_quiet(self) -> bool:
        return not self._waiting and not self._later

    def stop(self) -> None:
        """Let nobody begin anything new; what has begun goes on."""
        self._over.set()

    def expect(self, psid: str, text: str) -> None:
        self.expected[psid, text] += 1
        self.asked[psid, text] = time.time()

    def _work(self) -> None:
        try:
            begin = time.monotonic()
            while True:
                self._read()
                while not self._over.is_set() and self.number < self.rate * (time.monotonic() - begin):
                    if not self._begin():
                        # All wait: what cannot be asked now is not asked later at once.
                        begin = time.monotonic() - self.number / self.rate
                        break
                time.sleep(0.05)
        except BaseException as failure:
            self.failure = failure
            raise

    def _read(self) -> None:
        """Read what the people got, and answer questions."""
        found = self.sandbox.messages
        for message in found[self._seen :]:
            got = message.psid, str(message.text)
            if self._waiting.get(message.psid) == message.text:
                del self._waiting[message.psid]
                self.delays.append((self.asked[got], message.at.timestamp() - self.asked[got]))
                if hit := re.fullmatch(r"Your name, to (book (\d+))\?", got[1]):
                    self._later.append((message.psid, f"Ana {hit[2]}"))
        if len(found) > self._seen:
            self.last = time.monotonic()
        self._seen = self.messages = len(found)
        while self._later and not self.is_patient:
            psid, name = self._later.pop(0)
            self._say(psid, name, f"{name}, book {name[4:]}: done.")

    def _begin(self) -> bool:
        psid = self._random.choice(self.people)
        if psid in self._waiting or any(psid == each for each, _ in self._later):
            return len(self._waiting) + len(self._later) < len(self.people) // 2
        number = self.number
        if self._random.random() < 0.2:
            self._say(psid, f"book {number}", f"Your name, to book {number}?")
        else:
            self._say(psid, f"question {number}", f"You asked: question {number}")
        return True

    def _say(self, psid: str, text: str, answer: str) -> None:
        self.number += 1
        self.expect(psid, answer)
        self._waiting[psid] = answer
        self.sandbox.person(psid).says(text)


def broadcast(service: Service, traffic: Traffic, number: int) -> None:
    text = f"News {number}"
    for psid in traffic.people:
        traffic.expect(psid, text)
    service.call("/i/news", {"people": [{"psid": psid, "text": text} for psid in traffic.people]})
