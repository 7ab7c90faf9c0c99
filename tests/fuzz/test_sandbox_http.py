"""Hostile bytes to a running sandbox: any 5xx, traceback, dead server or hang is a failure.

`pytest tests/fuzz` plays a short round, the same each time; `pytest -m long tests/fuzz` a long one, new each time.
"""

import contextlib
import json
import logging
import re
import socket
from urllib.parse import quote, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from adaptor.sandbox import Sandbox
from adaptor.sandbox.rules.rate_limits import NAMES

from .sandbox_requests import ANA, BATCH, HARMFUL, KINDS, REQUESTS, places, replaced

#: Seconds of silence that are a hang on any machine. Parsers whose time grows faster than their input took 30.
HANG = 20.0
SHORT = settings(
    max_examples=100,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
LONG = settings(SHORT, max_examples=4000, derandomize=False, print_blob=True)
TOKEN = "SANDBOX-token"


class Target:
    """A running sandbox, and what it logs."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        address = urlsplit(sandbox.url)
        self._address = (address.hostname, address.port)
        self.faults = []
        self.token = ""

    def ask(self, data):
        """Send bytes and the end of the connection; give all that comes back. Silence is a hang."""
        found = b""
        with socket.create_connection(self._address, timeout=HANG) as connection:
            with contextlib.suppress(ConnectionError, BrokenPipeError):
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionError):
                while block := connection.recv(65536):
                    found += block
        return found

    def attack(self, data):
        found = self.ask(data.replace(b"{{token}}", self.token.encode()))
        assert self.faults == []
        for status in re.findall(rb"^HTTP/1\.1 (\d+)", found, re.MULTILINE):
            assert 100 <= int(status) < 500
        self._check_json(found)

    def _check_json(self, found):
        head, _, body = found.partition(b"\r\n\r\n")
        if b"application/json" in head and body and b"HTTP/1.1 " not in body:
            json.loads(body, parse_constant=pytest.fail)


class _Faults(logging.Handler):
    def __init__(self, found):
        super().__init__(logging.ERROR)
        self.found = found

    def emit(self, record):
        self.found.append(self.format(record))


@pytest.fixture
def target(monkeypatch):
    monkeypatch.setattr("threading.excepthook", lambda given: found.faults.append(repr(given)))
    with Sandbox(access_token=TOKEN, rate_limits=dict.fromkeys(NAMES, 10**6)) as sandbox:
        found = Target(sandbox)
        page = found.ask(b"GET /sandbox/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        found.token = re.search(rb'content="([\w-]{32})"', page)[1].decode()
        handler = _Faults(found.faults)
        logging.getLogger("adaptor.sandbox").addHandler(handler)
        yield found
        logging.getLogger("adaptor.sandbox").removeHandler(handler)
        sandbox.faults.clear()
        assert found.ask(http("GET", "/me")).startswith(b"HTTP/1.1 200 ")
        # What was taken can be shown.
        assert HARMFUL.search(sandbox.transcript()) is None
        sandbox.preview().encode("utf-8")


def http(method, target, *headers, body=b"", token=TOKEN):
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}", *headers]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogatepass") + body


def whole(method, target, kind, body):
    return http(method, target, f"Content-Type: {kind}", f"Content-Length: {len(body)}", body=body)


def in_chunks(method, target, kind, body, size):
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return http(method, target, f"Content-Type: {kind}", "Transfer-Encoding: chunked", body=chunks + b"0\r\n\r\n")


def as_text(given):
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}


def as_form(given):
    return urlencode(as_text(given), errors="surrogatepass").encode()


def as_multipart(given, file=b"\x89PNG"):
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{text}' for name, text in as_text(given).items()]
    parts.append('Content-Disposition: form-data; name="filedata"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n')
    data = [part.encode("utf-8", "surrogatepass") for part in parts]
    data[-1] += file
    return b"".join(b"--x\r\n" + part + b"\r\n" for part in data) + b"--x--\r\n"


JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
TEXTS = st.text(max_size=12) | st.sampled_from([kind for kind in KINDS if isinstance(kind, str)])
VALUES = st.recursive(
    st.sampled_from(KINDS) | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def spoiled(draw, requests=REQUESTS):
    """A valid request with a few of its fields replaced."""
    method, path, given = draw(st.sampled_from(requests))
    for _ in range(draw(st.integers(0, 2))):
        where = [place for place in places(given) if place]
        given = replaced(given, draw(st.sampled_from(where)), draw(VALUES))
    return method, path, given


@st.composite
def encoded(draw):
    """Such a request in any encoding, whole or in chunks, with a few bytes changed."""
    method, path, given = draw(spoiled())
    target = draw(st.sampled_from(["", "/v26.0", "/v21.0", "/v1.0"])) + path
    method = draw(st.sampled_from([method] * 9 + ["HEAD", "FROB"]))
    if draw(st.booleans()):
        target += "?" + quote(as_form(given).decode(), safe="=&%+")[:2000]
    kind, body = draw(
        st.sampled_from(
            [(JSON, json.dumps(given).encode()), (FORM, as_form(given)), (MULTIPART, as_multipart(given)), ("", b"")]
        )
    )
    at, junk = (
        draw(st.integers(0, max(len(body), 1))),
        draw(st.binary(max_size=4) if draw(st.booleans()) else st.just(b"")),
    )
    body = body[:at] + junk + body[at + len(junk) :]
    if draw(st.booleans()):
        return whole(method, target, kind, body)
    return in_chunks(method, target, kind, body, draw(st.integers(1, 200)))


# Pieces of HTTP, so that raw bytes get past the first line.
PIECES = st.sampled_from(
    [
        b"POST /me/messages HTTP/1.1\r\n",
        b"GET /me HTTP/1.1\r\nHost: a\r\n\r\n",
        b"HEAD / HTTP/1.0\r\n\r\n",
        b"GET /sandbox/ HTTP/1.1\r\n",
        b"Host: localhost\r\n",
        f"Authorization: Bearer {TOKEN}\r\n".encode(),
        b"Content-Length: ",
        b"Content-Length: 5\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: ",
        b"Expect: 100-continue\r\n",
        b"Connection: close\r\n",
        b"Content-Type: multipart/form-data; boundary=x\r\n",
        b"Content-Type: application/json\r\n",
        b"--x\r\nContent-Disposition: form-data; name=",
        b"; filename*=utf-8''a",
        b"\r\n--x--\r\n",
        b"\r\n",
        b"\r\n\r\n",
        b"\n",
        b"\r",
        b" ",
        b":",
        b"0\r\n\r\n",
        b"5\r\n",
        b"-1\r\n",
        b"0x1_0\r\n",
        b"ffffffff\r\n",
        b"+5",
        b"{",
        b'{"message":',
        b"\\'",
        b"\x00",
        b"\xff",
        b"/sandbox/files/",
        b"%00",
        b"9" * 5000,
        b"a: b\r\n" * 120,
    ]
)
JUNK = st.lists(PIECES | st.binary(max_size=8), max_size=12).map(b"".join)
RAW = JUNK | st.builds(
    lambda headers, body: b"POST /me/messages HTTP/1.1\r\nHost: a\r\n%b\r\n%b" % (b"".join(headers), body),
    st.lists(
        st.sampled_from(
            [
                f"Authorization: Bearer {TOKEN}\r\n".encode(),
                *(b"Content-Length: %b\r\n" % value for value in (b"5", b"+5", b"0x1_0", b"-1", b"5, 5", b"9" * 400)),
                *(b"Transfer-Encoding: %b\r\n" % value for value in (b"chunked", b"Chunked ", b"gzip, chunked", b"x")),
                *(b"Content-Type: %b\r\n" % value for value in (b"application/json", b"text/plain", b"\xff", b"")),
                *(
                    b"Expect: 100-continue\r\n",
                    b"Connection: close\r\n",
                    b"Connection: \x80\r\n",
                    b"X: y\n",
                    b"Host: b\r\n",
                ),
            ]
        ),
        max_size=4,
    ),
    JUNK,
)
BOUNDARIES = st.sampled_from(["x", '"x', "x*0=a", "x\"; name*=utf-8''%00", "é", "x*=\x01''a", "", '";' * 50])
DISPOSITIONS = st.lists(
    st.sampled_from(
        [
            *(b'; name="message"', b"; name=recipient", b"; name*=utf-8''a", b"; name*=x\x00''a", b"; name*0*=''%ff"),
            *(
                b'; filename="a"',
                b"; filename*0*=a",
                b"; filename*=idna''%ff",
                b'; filename="',
                b";",
                b"\xff",
                b"; name*=",
            ),
        ]
    ),
    max_size=4,
).map(b"".join)
FORM_PARTS = st.builds(
    lambda disposition, header, content: (
        b"--x\r\nContent-Disposition: form-data%b\r\n%b\r\n%b\r\n" % (disposition, header, content)
    ),
    DISPOSITIONS,
    st.sampled_from(
        [b"", b"Content-Type: image/png\r\n", b"Content-Type: \xff\r\n", b"x\r\n", b": \r\n", b"\x00: a\r\n"]
    ),
    st.sampled_from([b'{"text":"a"}', b"{id:%b}" % ANA.encode(), b"--x", b"\r\n", b"x" * 70000])
    | st.binary(max_size=9),
)
FORMS = st.builds(
    lambda boundary, parts, end: whole(
        "POST", "/me/messages", f"multipart/form-data; boundary={boundary}", b"".join(parts) + end
    ),
    st.just("x") | BOUNDARIES,
    st.lists(FORM_PARTS | st.binary(max_size=9), max_size=4),
    st.sampled_from([b"--x--", b"--x--\r\n", b"--x", b""]),
)
PARTS = st.lists(
    st.sampled_from(BATCH).flatmap(
        lambda part: st.tuples(st.sampled_from(list(part)), VALUES | st.sampled_from(["a", "b", "POST", "GET"])).map(
            lambda change: {**part, change[0]: change[1]}
        )
    )
    | st.fixed_dictionaries(
        {
            "method": st.sampled_from(["GET", "POST", "DELETE", "get"]),
            "relative_url": st.lists(
                st.sampled_from(
                    [
                        "me",
                        "/",
                        "?",
                        "{result=a:",
                        "$",
                        ".*",
                        "[0]",
                        "['x']",
                        ".id",
                        "}",
                        "{result=b:$.id}",
                        "batch=",
                        "&",
                    ]
                ),
                max_size=6,
            ).map("".join),
            "name": st.sampled_from(["a", "b"]),
        },
        optional={"body": TEXTS, "depends_on": st.sampled_from(["a", "b", ["a"], [{}]])},
    ),
    max_size=5,
)
BATCHES = st.builds(
    lambda parts, form: (
        whole("POST", "/", FORM, as_form({"batch": parts}))
        if form
        else whole("POST", "/", JSON, json.dumps({"batch": parts}).encode())
    ),
    PARTS,
    st.booleans(),
)
NAMES_OF_FIELDS = ["id", "messages", "attachments", "from", "message", "participants", "name", "reply_to", "components"]


def expanded(inner):
    return st.builds(
        "{}{}{{{}}}".format,
        st.sampled_from(NAMES_OF_FIELDS),
        st.sampled_from(["", ".limit(2)", ".limit(0)", ".limit(x)", ".after(Mg)", " "]),
        st.lists(inner, min_size=1, max_size=3).map(",".join),
    )


SHALLOW = st.sampled_from(NAMES_OF_FIELDS) | expanded(st.sampled_from(NAMES_OF_FIELDS))
EXPANDED = SHALLOW | expanded(SHALLOW) | expanded(expanded(SHALLOW))
EXPANSIONS = st.builds(
    lambda path, fields: http("GET", f"{path}?fields={quote(fields, safe='{}(),.')}"),
    st.sampled_from(["/me/conversations"] * 3 + ["/me", f"/{ANA}", "/me/custom_labels", "/me/message_templates"]),
    EXPANDED | st.lists(EXPANDED | st.sampled_from([*"{}(),. \n", "é", "{" * 12]), max_size=5).map("".join),
)
ACTS = [
    *("says", "taps", "reacts", "feedback", "details", "edits", "deletes", "coupon", "sticker", "reads", "goes_away"),
    *("blocks", "unblocks", "reports", "links_account", "add_person", "advance", "reset_clock", "fault", "limit_rates"),
]
FIELDS = ["psid", "text", "reply_to", "number", "of", "title", "mid", "emoji", "score", "comment", "details", "id"]
FIELDS += ["code", "payload", "first_name", "seconds", "kind", "on", "to", "delivered", "share", "times"]
SITE = st.builds(
    lambda path, act, fields: http(
        "POST" if path == "act" else "GET",
        f"/sandbox/{path}",
        "X-Sandbox-Token: {{token}}",
        f"Content-Length: {len(json.dumps({'psid': ANA, **fields, 'act': act}))}",
        body=json.dumps({"psid": ANA, **fields, "act": act}).encode(),
    ),
    st.sampled_from(
        ["act"] * 6 + ["", "people?skip=1&search=%ff", f"room?thread={ANA}&before=1", "panel", "x", "files/"]
    ),
    st.sampled_from(ACTS),
    st.fixed_dictionaries(dict.fromkeys(FIELDS, st.sampled_from([ANA, "m_x", 2, "profile", "613", "5", *KINDS]))),
)
KINDS_OF_INPUT = {
    "raw bytes": RAW,
    "half-valid requests": encoded(),
    "forms": FORMS,
    "batches": BATCHES,
    "field expansion": EXPANSIONS,
    "chat page": SITE,
}


@pytest.mark.long
@pytest.mark.parametrize("inputs", KINDS_OF_INPUT.values(), ids=KINDS_OF_INPUT)
def test_a_short_round_finds_no_fault(target, inputs):
    SHORT(given(inputs)(target.attack))()


@pytest.mark.long
@pytest.mark.parametrize("inputs", KINDS_OF_INPUT.values(), ids=KINDS_OF_INPUT)
def test_a_long_round_finds_no_fault(target, inputs):
    LONG(given(inputs)(target.attack))()
