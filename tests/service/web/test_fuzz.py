"""Whatever is sent to the endpoints: no fault, nothing stored that nobody has signed, and no memory that grows."""

from __future__ import annotations

import base64
import gc
import json
import random
from collections import Counter
from pathlib import Path

import pytest

from adaptor.runner.load.triggers.call import Call
from adaptor.runner.load.triggers.trigger import Trigger
from adaptor.service.inbox.intake import Intake
from adaptor.service.store.store import open_service_store
from adaptor.service.triggers.project import Entry, Project
from adaptor.service.triggers.runs import runs_for
from adaptor.service.web import status
from adaptor.service.web.app import build_app
from adaptor.service.web.callers import Callers
from adaptor.service.web.calls import Calls
from adaptor.service.web.meta import Door, Webhooks
from adaptor.service.web.metrics import Metrics
from adaptor.service.web.replies import REPLY_SECONDS, Replies
from adaptor.service.web.session import Guard
from adaptor.service.web.status import StatusOptions, StatusPage

from ..processes import PAGE, SECRET, TOKEN, body_of, message, run_async, signed

KEY = "caller-key-0123456789"
#: The growth of the process that is allowed while the second half of the requests is made.
MOST_GROWTH = 24 * 1024 * 1024


class Endpoints:
    """All endpoints of a service, with a real store behind them and no network before them."""

    def __init__(self, store, intake, shown):
        self.store = store
        entries = (
            Entry("", "d", "hook", Trigger()),
            Entry("", "d", "call", Trigger((), (), Call("clinic/booking"))),
        )
        project = Project("bot.json", entries)
        metrics = Metrics()
        self.lines = 0
        webhooks = Webhooks(
            [
                Door("/webhook", (SECRET,), (TOKEN,)),
                Door("/webhook/other", ("other-secret",), (TOKEN,), pages={"other-secret": frozenset({"77"})}),
            ],
            arrive=lambda event, request: (event, runs_for(project, event, request)),
            store=intake.add,
            on_stored=lambda event, runs, stored: None,
            log=self.log,
            metrics=metrics,
        )
        calls = Calls(
            project=lambda: project,
            callers=lambda name: Callers((KEY,), (("clinic", "sesame"),)),
            store=intake.add,
            find=lambda kind, mid: shown.events.facts_of("", kind, mid),
            replies=Replies(shown),
            log=self.log,
            seconds=REPLY_SECONDS,
        )
        guard = Guard("status-token-0123456789", ["testserver"])
        options = StatusOptions("bot.json", shows_texts=True)
        page = StatusPage(options, guard, shown, metrics, problems=list, wake=lambda: None, log=self.log)
        routes = [*webhooks.routes(), *calls.routes(), *page.routes()]
        self.app = build_app(routes, problems=list, log=self.log, metrics=metrics)

    def log(self, level, line):
        self.lines += 1
        assert "itself has a fault" not in line, line

    async def send(self, method, path, query, headers, blocks):
        """Return the status of the answer to a request."""
        found = []
        rest = [*blocks]

        async def receive():
            if not rest:
                return {"type": "http.disconnect"}
            block = rest.pop(0)
            return {"type": "http.request", "body": block, "more_body": bool(rest)}

        async def send(sent):
            if sent["type"] == "http.response.start":
                found.append(sent["status"])

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path.decode("utf-8", "replace"),
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 5),
            "server": ("testserver", 80),
        }
        await self.app(scope, receive, send)
        return found[0]


@pytest.fixture
def endpoints(tmp_path, monkeypatch):
    monkeypatch.setattr(status, "WRONG_SECONDS", 0.0)
    store, shown = (open_service_store(str(tmp_path / "ledger.db")) for _ in range(2))
    intake = Intake(store, lambda: None)
    intake.start()
    yield Endpoints(store, intake, shown)
    intake.close()
    store.close()
    shown.close()


_PATHS = [b"/webhook", b"/webhook/other", b"/i/clinic/booking", b"/i/x", b"/i/", b"/status", b"/status/retry"]
_PATHS += [b"/status/thread", b"/status/sign-in", b"/metrics", b"/readyz", b"/healthz", b"/", b"//", b"/%00", b"/\xff"]
_PATHS = [*[b"/webhook"] * 14, *[b"/i/clinic/booking"] * 6, *_PATHS]
_METHODS = ["GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "TRACE", "PATCH", "X"]
_POSTED = (b"/webhook", b"/i/", b"/status/retry", b"/status/sign-in")
_NAMES = [b"x-hub-signature-256", b"x-hub-signature", b"content-type", b"content-length", b"host", b"cookie", b"origin"]
_NAMES += [b"authorization", b"x-api-key", b"idempotency-key", b"traceparent", b"transfer-encoding", b"sec-fetch-site"]
_VALUES = [b"", b"sha256=", b"sha256=" + b"0" * 64, b"application/json", b"text/plain; charset=x", b"-1", b"9" * 30]
_VALUES += [b"adaptor_status=9999999999.x", b"Basic " + base64.b64encode(b"clinic:wrong"), b"Basic \xff", b"Bearer x"]
_VALUES += [b"00-" + b"1" * 32 + b"-" + b"2" * 16 + b"-01", b"\xff\xfe", b"\x00", b"application/x-www-form-urlencoded"]
_ODD = [None, True, -1, 10**400, 1e308, "", "\ud800", "\0", "x" * 3000, [], {}, [[]], {"id": None}, {"mid": 5}, PAGE]
_KEYS = ["id", "mid", "text", "messaging", "standby", "changes", "sender", "recipient", "timestamp", "message", "entry"]
_KEYS += ["postback", "referral", "read", "delivery", "watermark", "optin", "object", "field", "value", "is_echo"]


class Fuzzer:
    """Makes requests, the same ones for the same seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def body(self):
        kind = self.random.randrange(6)
        if kind == 0:
            return self.random.randbytes(self.random.randrange(200))
        body = body_of(*(self.event() for _ in range(self.random.randrange(3))))
        if kind == 1:
            return body
        if kind == 2:
            # Some bytes of it are others, are missing or are there twice.
            raw = bytearray(body)
            for _ in range(self.random.randrange(1, 8)):
                at = self.random.randrange(len(raw))
                raw[at : at + self.random.randrange(3)] = self.random.randbytes(self.random.randrange(3))
            return bytes(raw)
        document = self.mutated(json.loads(body), 0)
        if kind == 3:
            document = {"object": "page", "entry": [{"id": PAGE, "messaging": [document]}]}
        return json.dumps(document).encode("utf-8", "surrogatepass")

    def event(self):
        event = message(text=self.random.choice(["Hello", "\u202e", "x" * 2000, "\ud83d"]))
        return event if self.random.random() < 0.5 else self.mutated(event, 0)

    def mutated(self, value, depth):
        if self.random.random() < 0.12:
            return self.random.choice(_ODD)
        if isinstance(value, dict):
            found = {key: self.mutated(each, depth + 1) for key, each in value.items() if self.random.random() > 0.06}
            if self.random.random() < 0.2:
                found[self.random.choice(_KEYS)] = self.random.choice(_ODD)
            return found
        if isinstance(value, list):
            return [self.mutated(each, depth + 1) for each in value] * self.random.choice([1, 1, 2])
        return value

    def request(self):
        """Return the parts of a request, and whether somebody who may has sent it."""
        random_ = self.random
        path, body = random_.choice(_PATHS), self.body()
        method = "POST" if path.startswith(_POSTED) else "GET"
        if random_.random() < 0.1:
            method = random_.choice(_METHODS)
        headers = [(b"host", b"testserver")] if random_.random() < 0.9 else []
        for _ in range(random_.randrange(4)):
            value = random_.choice(_VALUES) if random_.random() < 0.8 else random_.randbytes(random_.randrange(40))
            headers.append((random_.choice(_NAMES), value))
        knows = random_.random() < 0.3
        if knows:
            headers = [pair for pair in headers if pair[0] not in (b"x-hub-signature-256", b"x-api-key")]
            secret = "other-secret" if path == b"/webhook/other" else SECRET
            headers += [(b"x-hub-signature-256", signed(body, secret)["X-Hub-Signature-256"].encode())]
            headers += [(b"x-api-key", KEY.encode()), (b"authorization", b"Bearer status-token-0123456789")]
        cut = random_.randrange(len(body) + 1)
        blocks = [body] if random_.random() < 0.8 else [body[:cut], b"", body[cut:]]
        if random_.random() < 0.03:
            # The client leaves in the middle.
            blocks = []
        query = random_.randbytes(10) if random_.random() < 0.2 else b"page=1&psid=2&runs=all&hub.challenge=x"
        return (method, path, query, headers, blocks), knows


def resident():
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


async def _attack(endpoints, count):
    fuzzer, statuses, grown = Fuzzer(7), Counter(), []
    for number in range(count):
        request, _ = fuzzer.request()
        status = await endpoints.send(*request)
        statuses[status] += 1
        assert status < 500, (request, status)
        if number in (count // 2, count - 1):
            grown.append(resident())
    return statuses, grown


def _check_unsigned(endpoints, count):
    """Let only strangers send, and see that nothing comes of it."""

    async def attack():
        fuzzer = Fuzzer(11)
        for _ in range(count):
            request, knows = fuzzer.request()
            if not knows:
                assert await endpoints.send(*request) < 500

    run_async(attack())
    assert endpoints.store.events.count() == 0
    assert endpoints.store.runs.newest() == []


@pytest.mark.parametrize("count", [700, pytest.param(50_000, marks=pytest.mark.long)])
def test_what_strangers_send_stores_and_starts_nothing(endpoints, count):
    _check_unsigned(endpoints, count)


@pytest.mark.parametrize("count", [700, pytest.param(100_000, marks=pytest.mark.long)])
def test_no_request_of_a_fuzzer_brings_a_fault_and_no_memory_grows(endpoints, count):
    statuses, grown = run_async(_attack(endpoints, count))
    assert {200, 202, 400, 401, 403} <= set(statuses)
    assert grown[1] - grown[0] < MOST_GROWTH
    assert endpoints.store.events.count() > count / 100
    # A stranger fills no log.
    assert endpoints.lines < count / 4
