"""A sandbox in a process of its own that kills whoever it is told to kill, at the event it is told.

It is told what to do line by line: a JSON list in, a JSON value out. One process holds several sandboxes, by name.
The events of a sandbox: `request` (a call has come), `part` (a message was accepted), `answer` (an answer is about to
leave), `answered` (it has left).

Not a test: started by tests.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import sys
import threading
import time
from typing import Any

from adaptor.sandbox import Sandbox
from adaptor.sandbox.server import api, connection, server
from tests.waiting import PATIENCE


class Blow:
    """A signal that is sent to a process at an event."""

    def __init__(self, pid: int, event: str, nth: int, seconds: float, signal: int) -> None:
        self.pid = pid
        self.event = event
        self.left = nth
        self.seconds = seconds
        self.signal = signal

    def fall(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, self.signal)


class Watch:
    """The events of one sandbox."""

    def __init__(self, latency: float, seed: int) -> None:
        self.latency = latency
        self.accepted: list[tuple[str, str | None, str, float]] = []
        self._random = random.Random(seed)
        self._blows: list[Blow] = []
        self._changed = threading.Condition()
        self.counts = {"request": 0, "part": 0, "answer": 0, "answered": 0}

    def arm(self, blow: Blow) -> None:
        with self._changed:
            self._blows.append(blow)

    def happens(self, event: str) -> None:
        with self._changed:
            self.counts[event] += 1
            for blow in [each for each in self._blows if each.event == event]:
                blow.left -= 1
                if blow.left == 0:
                    self._blows.remove(blow)
                    if blow.seconds:
                        threading.Timer(blow.seconds, blow.fall).start()
                    else:
                        blow.fall()
            self._changed.notify_all()

    def wait_for(self, event: str, count: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.counts[event] >= count, timeout=PATIENCE)

    def take_time(self) -> None:
        if self.latency:
            time.sleep(self._random.uniform(0, self.latency))


class WatchedApi(api.Api):
    """The Graph API, watched."""

    watch: Watch

    def answer(self, *request: Any, **others: Any) -> Any:
        self.watch.happens("request")
        self.watch.take_time()
        answer = super().answer(*request, **others)
        self.watch.take_time()
        self.watch.happens("answer")
        return answer


class Accepted(list[Any]):
    """The accepted messages, written down as they come."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def append(self, message: Any) -> None:
        super().append(message)
        self._watch.accepted.append((message.psid, message.text, message.id, time.monotonic()))
        self._watch.happens("part")


class WatchedConnection(connection.Connection):
    """One connection, watched."""

    def _serve(self) -> None:
        super()._serve()
        self._host.api.watch.happens("answered")  # type: ignore[attr-defined]


class Commands:
    """What it can be told."""

    def __init__(self) -> None:
        self._sandboxes: dict[str, tuple[Sandbox, Watch]] = {}

    def open(self, name: str, latency: float = 0.0, seed: int = 0) -> dict[str, str]:
        """Start a sandbox; return the credential of its Page."""
        watch = Watch(latency, seed)
        sandbox = Sandbox(page={"id": str(10**14 + len(self._sandboxes)), "name": name})
        sandbox._page.messages = Accepted(watch)
        sandbox.faults.reseed(seed)
        WatchedApi.watch = watch
        sandbox.start()
        assert sandbox._server is not None
        sandbox._server.api.watch = watch  # type: ignore[attr-defined]
        self._sandboxes[name] = sandbox, watch
        return {"base_url": sandbox.url, "access_token": sandbox.access_token}

    def arm(self, name: str, pid: int, event: str, nth: int, seconds: float = 0.0, signal: int = 9) -> None:
        """Send a process a signal at the nth event from now, and so many seconds after it."""
        self._sandboxes[name][1].arm(Blow(pid, event, nth, seconds, signal))

    def fault(self, name: str, *what: Any, **details: Any) -> None:
        """Let the next calls that fit go wrong, or with `share` that share of all."""
        share = details.pop("share", None)
        faults = self._sandboxes[name][0].faults
        if share is None:
            faults.next(*what, **details)
        else:
            faults.rate(*what, share, **details)

    def well(self, name: str) -> None:
        """Let everything go well from now on."""
        self._sandboxes[name][0].faults.clear()

    def wait_for(self, name: str, event: str, count: int) -> bool:
        """Wait until there were so many events."""
        return self._sandboxes[name][1].wait_for(event, count)

    def accepted(self, name: str) -> list[tuple[str, str | None, str, float]]:
        """Return the accepted messages: for whom, the text, the id, when."""
        return self._sandboxes[name][1].accepted

    def usage(self, name: str) -> dict[str, int]:
        """Return how often each event happened."""
        return self._sandboxes[name][1].counts

    def close(self, name: str) -> None:
        """Stop a sandbox."""
        self._sandboxes.pop(name)[0].stop()


def main() -> None:
    api.Api = WatchedApi  # type: ignore[misc]
    server.Connection = WatchedConnection  # type: ignore[misc]
    commands = Commands()
    for line in sys.stdin:
        name, positional, named = json.loads(line)
        print(json.dumps(getattr(commands, name)(*positional, **named)), flush=True)


if __name__ == "__main__":
    main()
