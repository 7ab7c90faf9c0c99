"""Webhooks: signed as Meta signs them, retried, and on request duplicated, batched or out of order.

    sandbox.webhooks.duplicates = 0.1    one in ten is delivered twice
    sandbox.webhooks.disorder = 5        up to five may overtake each other
    sandbox.webhooks.batch = 3           up to three entries in one request
    sandbox.webhooks.wait()              until each is delivered or given up

https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.meta.json_bytes import to_json_bytes
from adaptor.sandbox.state.page_state import milliseconds
from adaptor.sandbox.webhooks.delivery import Delivery, get, post, sign

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from adaptor.sandbox.state.page_state import PageState

_PAGE: Final = "page"
#: After an hour of failures the app is unsubscribed (page "Webhooks", checked 2026-11).
_PATIENCE: Final = timedelta(hours=1)
# Meta retries at once a few times, then at growing intervals.
_DELAYS: Final = (0.0, 0.0, 0.5, 2.0, 8.0, 30.0)
_DELIVERIES: Final = 10_000
# An app that does not control the conversation receives these fields only, under `standby`.
_STANDBY: Final = frozenset({"messages", "message_reads", "message_deliveries", "messaging_postbacks"})


@dataclass(eq=False)
class _Outgoing:
    """Entries that wait for delivery in one request."""

    entries: list[dict[str, Any]]
    attempt: int = 0
    due: float = 0.0


@dataclass
class Webhooks:
    """Delivers the webhooks of one sandbox.

    Attributes:
        page: The state of the Page whose webhooks these are.
        delays: Seconds before each retry; after the last, the webhook is given up.
        timeout: Seconds that a subscriber has to respond.
        duplicates: The share that is delivered twice, 0 to 1.
        disorder: How many may overtake each other.
        batch: How many entries one request holds at most.
        deliveries: Every attempt so far, oldest first; the newest 10,000.
    """

    page: PageState = field(repr=False)
    delays: tuple[float, ...] = _DELAYS
    timeout: float = 5.0
    duplicates: float = 0.0
    disorder: int = 1
    batch: int = 1
    deliveries: deque[Delivery] = field(default_factory=lambda: deque(maxlen=_DELIVERIES))
    seed: int = 0
    _queue: deque[_Outgoing] = field(default_factory=deque)
    _later: list[_Outgoing] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)
    _worker: threading.Thread | None = None
    _busy: bool = False
    _held: bool = False
    _stopping: bool = False
    _failing_since: datetime | None = None
    _random: random.Random = field(default_factory=lambda: random.Random(0), repr=False)

    def wants(self, name: str) -> bool:
        """Say whether a field reaches a subscriber: subscribed by the app and for this Page, or as `standby`."""
        return self._is_subscribed(name) or (name in _STANDBY and self._is_subscribed("standby"))

    def _is_subscribed(self, name: str) -> bool:
        subscription = self.page.subscriptions.get(_PAGE)
        if subscription is None or not subscription.active:
            return False
        return name in subscription.fields and name in self.page.subscribed.get(self.page.app_id, ())

    def notify(self, name: str, thread: str, content: Mapping[str, Any], *, by_page: bool = False) -> None:
        """Tell the subscribers of a field what happened between a person and the Page.

        Args:
            name: The field, such as `messages`.
            thread: The person's thread.
            content: The event's own key and its value.
            by_page: Whether the Page is the sender.
        """
        if not self.wants(name):
            return
        person = {"user_ref": thread[9:]} if thread.startswith("user_ref ") else {"id": thread}
        page = {"id": self.page.page_id}
        sender, recipient = (page, person) if by_page else (person, page)
        stamp = milliseconds(self.page.clock.now())
        self.emit(name, {"sender": sender, "recipient": recipient, "timestamp": stamp, **content}, thread)

    def notify_page(self, name: str, content: Mapping[str, Any]) -> None:
        """Tell the subscribers of a field what happened to the Page; such events have no sender."""
        if self.wants(name):
            stamp = milliseconds(self.page.clock.now())
            self.emit(name, {"recipient": {"id": self.page.page_id}, "timestamp": stamp, **content}, "")

    def emit(self, name: str, item: dict[str, Any], thread: str) -> None:
        """Queue an event of a conversation; under `standby` if another app controls that."""
        state = self.page.threads.get(thread)
        owner = state.owned_by(self.page.clock.now()) if state is not None else None
        standby = owner not in {None, self.page.app_id} and name in {*_STANDBY, "message_echoes"}
        if standby:
            if not self._is_subscribed("standby"):
                return
            if "postback" in item:
                # Only the app that sent the button gets its payload.
                item = {**item, "postback": {key: value for key, value in item["postback"].items() if key != "payload"}}
        elif not self._is_subscribed(name):
            return
        self._send({"standby" if standby else "messaging": [item]})

    def notify_change(self, name: str, value: dict[str, Any]) -> None:
        """Tell the subscribers of a field about a change of the Page itself."""
        if self.wants(name):
            self._send({"changes": [{"field": name, "value": value}]})

    def verify_callback(self, url: str, verify_token: str) -> str:
        """Do Meta's handshake with an address; give the problem with its response, or an empty text."""
        challenge = str(random.SystemRandom().randrange(10**8, 2**31))
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        status, body, problem = get(url, query, self.timeout)
        if problem:
            return f"curl_error = {problem}; HTTP Status Code = 0"
        if status != 200:
            return f"HTTP Status Code = {status}"
        if body.strip() != challenge:
            return "The response is not the challenge; HTTP Status Code = 200"
        return ""

    def hold(self) -> None:
        """Keep webhooks in the queue until `release`."""
        with self._changed:
            self._held = True

    def release(self) -> None:
        """Deliver webhooks again."""
        with self._changed:
            self._held = False
            self._changed.notify_all()

    def wait(self, timeout: float = 10.0) -> bool:
        """Wait until each webhook is delivered or given up; False if the time ran out first."""
        with self._changed:
            return self._changed.wait_for(lambda: not (self._queue or self._later or self._busy), timeout)

    def stop(self) -> None:
        """Stop delivery, and drop the queue."""
        with self._changed:
            self._stopping = True
            self._queue.clear()
            self._later.clear()
            self._changed.notify_all()
            worker = self._worker
        if worker is not None:
            worker.join(self.timeout + 1)
        with self._changed:
            self._stopping, self._worker, self._busy = False, None, False

    def _send(self, content: dict[str, Any]) -> None:
        entry = {"id": self.page.page_id, "time": milliseconds(self.page.clock.now()), **content}
        with self._changed:
            times = 2 if self.duplicates and self._random.random() < self.duplicates else 1
            self._queue.extend(_Outgoing([entry]) for _ in range(times))
            if self._worker is None:
                self._random.seed(self.seed)
                self._worker = threading.Thread(target=self._work, name="sandbox webhooks", daemon=True)
                self._worker.start()
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._ready():
                    if self._stopping:
                        return
                    soon = min((outgoing.due for outgoing in self._later), default=None) if not self._held else None
                    self._changed.wait(None if soon is None else max(soon - time.monotonic(), 0))
                outgoing = self._take()
                self._busy = True
            again = self._deliver(outgoing)
            with self._changed:
                self._busy = False
                if again and not self._stopping:
                    self._later.append(outgoing)
                self._changed.notify_all()

    def _ready(self) -> bool:
        """Put retries that are due at the front of the queue, and say whether it holds anything to deliver."""
        if self._held or self._stopping:
            return False
        now = time.monotonic()
        for outgoing in [each for each in self._later if each.due <= now]:
            self._later.remove(outgoing)
            self._queue.appendleft(outgoing)
        return bool(self._queue)

    def _take(self) -> _Outgoing:
        index = self._random.randrange(min(self.disorder, len(self._queue))) if self.disorder > 1 else 0
        outgoing = self._queue[index]
        del self._queue[index]
        while (
            self._queue and len(outgoing.entries) < self.batch and not outgoing.attempt and not self._queue[0].attempt
        ):
            outgoing.entries.extend(self._queue.popleft().entries)
        return outgoing

    def _deliver(self, outgoing: _Outgoing) -> bool:
        """Try once; say whether to retry."""
        subscription = self.page.subscriptions.get(_PAGE)
        if subscription is None or not subscription.active:
            return False
        body = to_json_bytes({"object": _PAGE, "entry": outgoing.entries})
        outgoing.attempt += 1
        headers = sign(self.page.secret, body)
        status, problem = post(subscription.callback_url, body, headers, self.timeout)
        now, signature = self.page.clock.now(), headers["X-Hub-Signature-256"]
        delivery = Delivery(now, subscription.callback_url, body, signature, status, problem, outgoing.attempt)
        self.deliveries.append(delivery)
        self.page.changed("webhook", what=delivery)
        if status == 200:
            self._failing_since = None
            return False
        self._failing_since = self._failing_since or now
        if now - self._failing_since >= _PATIENCE:
            # Meta unsubscribes the app now.
            subscription.active = False
            self.page.changed("subscription")
            return False
        if outgoing.attempt > len(self.delays):
            return False
        outgoing.due = time.monotonic() + self.delays[outgoing.attempt - 1]
        return True
