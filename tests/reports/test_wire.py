"""Calls as other systems were seen to break them: half signs, codes, echoes, files, addresses, the network."""

import base64
import json
import mimetypes
import os
import threading
from pathlib import Path

import pytest
import requests
from urllib3.connection import HTTPConnection

import adaptor
from adaptor import (
    AdaptorError,
    ConfigurationError,
    InvalidMessage,
    broadcast,
    create_label,
    get_user_profile,
    graph_request,
    http,
    list_messages,
    send_audio,
    send_image,
    send_text,
    send_video,
    state,
)
from adaptor.graph.connection import GraphConnection
from adaptor.runner.history.echoes import echoes_in
from adaptor.wire.connection import settings_for
from adaptor.wire.media_types import media_type
from adaptor.wire.upload import Upload

ANA = "6543210987654321"
CERTIFICATE = Path(__file__).parents[1] / "graph" / "certificate.pem"
CUT = "P\ud83d"

HALF_SIGNS = {
    "a text": (lambda: send_text(ANA, CUT), "message.text"),
    "the title of a quick reply": (lambda: send_text(ANA, "a", quick_replies=[adaptor.quick_reply(CUT)]), "title"),
    "a label": (lambda: create_label(CUT), "page_label_name"),
    "the fields of a read": (lambda: get_user_profile(ANA, fields=[CUT]), "fields"),
    "an id in the path": (lambda: list_messages(CUT), "path"),
    "a path of the job's own": (lambda: graph_request("POST", f"{CUT}/custom_labels", body={"a": "b"}), "path"),
    "an address": (lambda: http.get(f"https://a.example/{CUT}"), "url"),
    "an address that is known later": (lambda: http.post(lambda _: f"https://a.example/{CUT}", body={}), "url"),
    "a query": (lambda: http.get("https://a.example", query={"q": CUT}), "query"),
}


def test_half_a_sign_is_refused_before_the_wire_with_its_field_and_what_to_look_for(httpserver):
    given = {"configuration": {"access_token": "t", "base_url": httpserver.url_for("")[:-1]}}
    for what, (make, field) in HALF_SIGNS.items():
        with pytest.raises(InvalidMessage) as caught:
            make()(given)
        assert field in str(caught.value), what
        assert "cut emojis" in caught.value.fix, what
    assert httpserver.log == []


@pytest.mark.long
@pytest.mark.parametrize("loop", ["broadcast", "try_each"])
def test_one_row_that_cannot_be_encoded_takes_no_other_with_it(adaptor, loop):
    rows = [json.dumps({"psid": str(int(ANA) + n), "name": CUT if n == 55 else f"N{n}"}) for n in range(60)]
    script = (
        "from pathlib import Path\n"
        f"{loop}(Path('rows.jsonl'), send_text(state.data.psid, f'Hello {{state.data.name}}'))"
    )
    done = adaptor(
        script, "--sandbox", "--results", "r.jsonl", "--report", "r.json", files={"rows.jsonl": "\n".join(rows)}
    )
    results = [json.loads(line) for line in (done.folder / "r.jsonl").read_text().splitlines()]
    failed = [(row["line"], row["error"]) for row in results if row["outcome"] != "sent"]
    assert failed == [(56, "InvalidMessage")], done.err
    report = json.loads((done.folder / "r.json").read_text())
    assert report["messages"]["sent"] == 59
    assert "unknown" not in report["messages"]


@pytest.mark.parametrize("value", ["{1, 2}", "float('nan')", "b'x'"])
@pytest.mark.parametrize("how", ["--dry-run", "--sandbox"])
def test_one_row_that_json_cannot_say_takes_no_other_with_it(adaptor, how, value):
    script = (
        f"rows = [{{'psid': str({ANA} + n), 'name': {value} if n == 5 else 'Ana'}} for n in range(12)]\n"
        "body = {'recipient': {'id': state.data.psid}, 'message': {'text': 'Hello', 'metadata': state.data.name}}\n"
        "broadcast(rows, graph_request('POST', 'me/messages', body=body))"
    )
    done = adaptor(script, how, "--results", "r.jsonl")
    results = [json.loads(line) for line in (done.folder / "r.jsonl").read_text().splitlines()]
    (failed,) = [row for row in results if row["outcome"] not in ("sent", "described")]
    assert (failed["row"], failed["outcome"], failed["error"]) == (6, "failed", "InvalidMessage"), done.err
    assert "`message.metadata` is " in failed["message"]


class Below(Exception):
    """Something that a library below does not catch."""


def _raise(*_, **__):
    raise Below


def _writes(method):
    """Raise where a write is on its way; reads go on."""

    def patched(self, request, *rest, **more):
        if getattr(request, "method", request) == "GET":
            return method(self, request, *rest, **more)
        raise Below

    return patched


#: Where something may raise between the mark in the ledger and the first byte.
PLACES = {
    "the exchange": lambda patch: patch.setattr(GraphConnection, "exchange", _writes(GraphConnection.exchange)),
    "the session": lambda patch: patch.setattr(requests.Session, "request", _writes(requests.Session.request)),
    "what is prepared": lambda patch: patch.setattr(
        requests.Session, "prepare_request", _writes(requests.Session.prepare_request)
    ),
    "the adapter": lambda patch: patch.setattr(
        requests.adapters.HTTPAdapter, "send", _writes(requests.adapters.HTTPAdapter.send)
    ),
    "the connection": lambda patch: patch.setattr(HTTPConnection, "connect", _raise),
    "what is remembered": lambda patch: patch.setattr(GraphConnection, "_remember", _raise),
    "the encoding": lambda patch: patch.setattr("adaptor.graph.batch_request.form_fields", _raise),
    "the parts": lambda patch: patch.setattr("adaptor.graph.batch_request.batch_request", _raise),
    "the body": lambda patch: patch.setattr("adaptor.graph.request.Encoded.__init__", _raise),
    "the ledger's own id": lambda patch: [
        patch.setattr(f"adaptor.{module}.with_write_id", _raise)
        for module in ("graph.ledgered", "messenger.broadcast.engine")
    ],
    "a new thread": lambda patch: patch.setattr("threading.Thread.start", _raise),
}
PEOPLE = [str(int(ANA) + n) for n in range(3)]
MAKE = {
    "single": lambda: send_text(ANA, "Hello"),
    "batch": lambda: adaptor.batch(*[send_text(person, "Hello") for person in PEOPLE]),
    "broadcast": lambda: broadcast(PEOPLE, send_text(state.data, "Hello")),
    "to another system": lambda: http.post(state.configuration.base_url + "/visits", body={"a": 1}),
    "a form": lambda: http.post(state.configuration.base_url + "/visits", files={"f": ("a.txt", "text")}),
}


@pytest.mark.parametrize("kind", MAKE)
@pytest.mark.parametrize("place", PLACES)
def test_what_raises_before_the_first_byte_leaves_nothing_unknown(noted, httpserver, monkeypatch, kind, place):
    operation = MAKE[kind]()
    with monkeypatch.context() as patch:
        PLACES[place](patch)
        outcomes, raised = noted(operation)
    seen = [request for request, _ in httpserver.log if request.method != "GET"]
    if isinstance(raised, Below) or isinstance(getattr(raised, "__cause__", None), Below):
        assert set(outcomes) == {"claimed"}
        assert seen == []
    else:
        # This way does not lead past that place.
        assert len(seen) == 1


@pytest.mark.parametrize("kind", ["single", "batch", "to another system"])
@pytest.mark.parametrize("place", ["the adapter", "the connection"])
def test_an_interruption_before_the_first_byte_leaves_nothing_unknown(noted, httpserver, monkeypatch, kind, place):
    monkeypatch.setitem(globals(), "Below", KeyboardInterrupt)
    operation = MAKE[kind]()
    with monkeypatch.context() as patch:
        PLACES[place](patch)
        with pytest.raises(KeyboardInterrupt):
            noted(operation)
    outcomes, _ = noted(lambda given: given)
    assert set(outcomes) == {"claimed"}
    assert [request for request, _ in httpserver.log if request.method != "GET"] == []


@pytest.mark.long
@pytest.mark.parametrize("place", ["graph.client.GraphClient._during_wait", "ledger.at_most_once.Claimed.settle"])
def test_an_interruption_after_an_answer_takes_back_nothing_that_was_sent(noted, httpserver, monkeypatch, place):
    first = {"code": 200, "body": json.dumps({"recipient_id": PEOPLE[0], "message_id": "m_0"})}
    limited = {"code": 400, "body": json.dumps({"error": {"code": 613, "message": "slow down"}})}
    httpserver.expect_request("/v26.0/", method="POST").respond_with_json([first, limited, limited])

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"adaptor.{place}", interrupted)
    with pytest.raises(KeyboardInterrupt):
        noted(MAKE["batch"]())
    outcomes, _ = noted(lambda given: given)
    assert "claimed" not in outcomes, "it would be sent again"


PICTURES = {
    "batch": lambda files: adaptor.batch(
        *[send_image(person, file) for person, file in zip(PEOPLE, files, strict=True)], fail=False
    ),
    "broadcast": lambda files: broadcast(
        list(zip(PEOPLE, map(str, files), strict=True)),
        send_image(state.data[0], lambda given: Path(given["data"][1])),
        fail=False,
    ),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_a_file_that_has_gone_meanwhile_is_the_failure_of_its_own_message_alone(
    noted, sandbox, monkeypatch, tmp_path, kind
):
    files = [tmp_path / f"{n}.png" for n in range(3)]
    for number, file in enumerate(files):
        file.write_bytes(b"picture %d" % number)
    before = GraphConnection.exchange_parts

    def later(self, parts, **how):
        files[1].unlink(missing_ok=True)
        return before(self, parts, **how)

    monkeypatch.setattr(GraphConnection, "exchange_parts", later)
    outcomes, raised = noted(PICTURES[kind](files), sandbox)
    assert (sorted(outcomes), raised) == (["failed", "sent", "sent"], None)
    assert len(sandbox.messages) == 2


@pytest.mark.parametrize("when", ["check", "read"])
def test_a_file_that_may_not_be_read_is_the_failure_of_its_own_row(noted, sandbox, monkeypatch, tmp_path, when):
    files = [tmp_path / f"{n}.png" for n in range(3)]
    for file in files:
        file.write_bytes(b"picture of " + file.name.encode())
    if when == "check":
        access = os.access
        monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != files[1] and access(path, mode))
    else:
        opened = Path.open

        def refused(path, *how, **more):
            if path == files[1]:
                raise PermissionError(13, "Permission denied")
            return opened(path, *how, **more)

        monkeypatch.setattr(Path, "open", refused)
    outcomes, raised = noted(PICTURES["broadcast"](files), sandbox)
    assert (outcomes, raised) == (["sent", "sent"], None)


@pytest.mark.long
def test_a_broadcast_goes_on_with_the_threads_that_it_has(noted, sandbox, monkeypatch):
    start, started = threading.Thread.start, []

    def start_one(self):
        if self.name == "broadcast":
            if started:
                raise RuntimeError("can't start new thread")
            started.append(self)
        start(self)

    monkeypatch.setattr(threading.Thread, "start", start_one)
    people = [str(int(ANA) + n) for n in range(120)]
    outcomes, raised = noted(broadcast(people, send_text(state.data, "Hello"), batch_size=10), sandbox)
    assert (outcomes, raised) == (["sent"] * 120, None)


def event(**facts):
    message = {"is_echo": True, "mid": "m_1", "text": "Hello"}
    return {"sender": {"id": "1"}, "recipient": {"id": ANA}, "message": message, **facts}


BODY = {"object": "page", "entry": [{"messaging": [event(timestamp=1796081400)]}]}
_BASE64 = {"isBase64Encoded": True, "body": base64.b64encode(json.dumps(BODY).encode()).decode()}
ECHOES = {
    "seconds": BODY,
    "milliseconds": {"object": "page", "entry": [{"messaging": [event(timestamp=1796081400000)]}]},
    "text in an object": {"Message": json.dumps(BODY)},
    "text in text": {"body": json.dumps({"Message": json.dumps(BODY)})},
    "text in text in text": json.dumps(json.dumps({"Records": [{"body": json.dumps(json.dumps(BODY))}]})),
    "seconds as text": {"object": "page", "entry": [{"messaging": [event(timestamp="1796081400")]}]},
    "text with a byte order mark": {"body": "\ufeff" + json.dumps(BODY)},
    "base64": _BASE64,
    "base64 in text": {"Records": [{"body": json.dumps(_BASE64)}]},
    "base64 in text in text": {"Records": [{"body": json.dumps({"Message": json.dumps(_BASE64)})}]},
    "text in base64": {
        "isBase64Encoded": "true",
        "body": base64.b64encode(json.dumps({"Message": json.dumps(BODY)}).encode()).decode(),
    },
}


def test_an_echo_is_found_however_it_was_kept():
    for what, value in ECHOES.items():
        (echo,) = echoes_in(value)
        assert (echo.message_id, echo.recipient, echo.seconds) == ("m_1", ANA, 1796081400), what


SENDS = {
    "voice.ogg": send_audio, "voice.oga": send_audio, "voice.m4a": send_audio, "voice.amr": send_audio,
    "song.flac": send_audio, "voice.opus": send_audio, "clip.mkv": send_video, "clip.m4v": send_video,
    "clip.ogv": send_video, "clip.wmv": send_video, "clip.3GP": send_video, "photo.jfif": send_image,
    "photo.HEIC": send_image, "photo.webp": send_image, "photo.avif": send_image,
}  # fmt: skip


def test_what_a_file_is_does_not_depend_on_the_machine(monkeypatch, tmp_path):
    monkeypatch.setattr(mimetypes, "guess_type", lambda *_, **__: (None, None))
    for name, send in SENDS.items():
        (tmp_path / name).write_bytes(b"x")
        assert send(ANA, tmp_path / name).describe({}).files, name
        # What travels with the file says the same.
        upload = Upload([], {"filedata": tmp_path / name})
        kind = send.__name__.removeprefix("send_")
        assert f"Content-Type: {kind}/".encode() in b"".join(upload), name
        upload.close()
    assert media_type("note.xyz") is None


def test_a_file_whose_name_is_not_utf_8_is_refused_by_its_name(tmp_path):
    name = os.fsdecode(os.fsencode(tmp_path) + b"/latin\xe9.jpg")
    with open(name, "wb") as file:
        file.write(b"x")
    with pytest.raises(InvalidMessage, match="has a name that is not UTF-8"):
        send_image(ANA, Path(name))
    for file in (Path(name), ("x\ud83d.jpg", b"x")):
        with pytest.raises(InvalidMessage, match=r"`files` holds under `photo` a file whose name .* is not UTF-8"):
            http.post("https://a.example", files={"photo": file})({})


OUTSIDE = ["https://example.org/x.png", "http://93.184.216.34/x.png", "https://cdn.example.co.ke:8443/x"]
INSIDE = [
    "http://localhost:8000/x.png", "http://127.0.0.1/x.png", "http://192.168.1.5/x.png", "http://10.0.0.8/x.png",
    "http://nas/x.png", "http://[::1]/x.png", "http://169.254.1.1/x.png", "http://printer.local/x.png",
    "http://127.1/x.png", "http://0x7f.0.0.1/x.png", "http://2130706433/x.png", "http://nas.lan/x.png",
    "http://LOCALHOST./x.png", "http://[::ffff:10.0.0.8]/x.png", "http://clinic.test/x.png", "http://224.0.0.1/x.png",
]  # fmt: skip


def test_an_address_that_meta_cannot_reach_is_refused():
    for url in OUTSIDE:
        assert send_image(ANA, url).describe({}).body
    for url in INSIDE:
        with pytest.raises(InvalidMessage, match="Meta cannot reach") as caught:
            send_image(ANA, url)
        assert "Path(…)" in caught.value.fix, url


_RAW = {"attachment": {"type": "image", "payload": {"url": INSIDE[2]}}}
FETCHED = {
    "a raw message": lambda: adaptor.send_message(ANA, _RAW),
    "a raw call": lambda: adaptor.post_message({"recipient": {"id": ANA}, "message": _RAW}),
    "several pictures": lambda: adaptor.send_images(ANA, [OUTSIDE[0], INSIDE[2]]),
    "an upload": lambda: adaptor.upload_attachment("image", INSIDE[2]),
    "a card": lambda: adaptor.element("Clinic", image_url=INSIDE[2]),
    "a quick reply": lambda: adaptor.quick_reply("Yes", image_url=INSIDE[2]),
    "a persona": lambda: adaptor.create_persona("Amina", INSIDE[2]),
    "a grid": lambda: adaptor.grid_image(INSIDE[2]),
    "what is known later": lambda: send_image(ANA, state.data).describe({"data": INSIDE[2]}),
}


def test_an_address_that_meta_cannot_reach_is_refused_wherever_meta_fetches_one():
    for what, make in FETCHED.items():
        with pytest.raises(InvalidMessage) as caught:
            make()
        assert "Meta cannot reach" in str(caught.value), what
    assert adaptor.url_button("Menu", "http://intranet.lan/menu")["url"], "opened by the person, not by Meta"


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("call", [lambda: send_text(ANA, "Hello"), lambda: http.get("https://127.0.0.1:9")])
def test_a_ca_bundle_that_is_not_there_is_named_before_anything_is_tried(monkeypatch, variable, call):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "/nowhere/ca.pem")
    with pytest.raises(ConfigurationError, match=f"/nowhere/ca.pem that {variable} names does not exist"):
        call()({"configuration": {"access_token": "t", "base_url": "https://127.0.0.1:9"}})


@pytest.mark.parametrize("content", ["", "no certificates"])
def test_a_ca_bundle_without_certificates_is_named(monkeypatch, tmp_path, content):
    (tmp_path / "ca.pem").write_text(content)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    with pytest.raises(ConfigurationError, match=r"ca\.pem that REQUESTS_CA_BUNDLE names holds no certificates"):
        send_text(ANA, "Hello")({"configuration": {"access_token": "t"}})


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_ca_bundle_that_can_be_used_is_taken(monkeypatch, tmp_path, kind):
    (tmp_path / "ca.pem").write_text(CERTIFICATE.read_text())
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv("CURL_CA_BUNDLE", str(tmp_path / "ca.pem" if kind == "file" else tmp_path))
    assert settings_for("https://a.example")["verify"] == os.environ["CURL_CA_BUNDLE"]


def test_a_ca_bundle_that_is_not_there_keeps_nobody_from_an_address_without_tls(monkeypatch, httpserver):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    httpserver.expect_request("/x").respond_with_json({"a": 1})
    assert http.get(httpserver.url_for("/x"))({})["data"] == {"a": 1}


PROXIES = {
    "no address": ("HTTPS_PROXY", "htp://p.example:3128", "is not the address of a proxy"),
    "no port": ("https_proxy", "http://p.example:port", "is not the address of a proxy"),
    "no host": ("HTTPS_PROXY", "http:/p.example", "is not the address of a proxy"),
    "a sign in the password": ("HTTPS_PROXY", "http://me:secr#et@p.example:3128", "is not the address of a proxy"),
    "one for all": ("ALL_PROXY", "http://p.example:99999", "is not the address of a proxy"),
    "without PySocks": ("https_proxy", "socks5://p.example:1080", "is a SOCKS proxy, which needs the package PySocks"),
}


def _no_socks(*_, **__):
    """Say what requests says where PySocks is not installed."""
    raise requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support.")


@pytest.mark.parametrize("what", PROXIES)
@pytest.mark.parametrize("call", [lambda: send_text(ANA, "Hello"), lambda: http.get("https://127.0.0.1:9")])
def test_a_proxy_that_cannot_be_used_is_named_before_anything_is_tried(monkeypatch, what, call):
    variable, value, problem = PROXIES[what]
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv(variable, value)
    monkeypatch.setattr(requests.adapters, "SOCKSProxyManager", _no_socks)
    with pytest.raises(ConfigurationError, match=f"The proxy that {variable} names {problem}") as caught:
        call()({"configuration": {"access_token": "t", "base_url": "https://127.0.0.1:9"}})
    assert "secr" not in f"{caught.value} {caught.value.fix}"


@pytest.mark.parametrize("value", ["p.example:3128", "http://p.example", "https://me:pa%23ss@p.example:3128"])
def test_a_proxy_that_can_be_used_is_taken(monkeypatch, value):
    monkeypatch.delenv("https_proxy", raising=False)
    monkeypatch.setenv("HTTPS_PROXY", value)
    assert settings_for("https://a.example")["proxies"]["https"] == value


def test_an_answer_that_cannot_be_unpacked_is_called_so(httpserver):
    httpserver.expect_request("/x").respond_with_data(b"no gzip", headers={"Content-Encoding": "gzip"})
    httpserver.expect_request("/v26.0/me/messages").respond_with_data(b"no gzip", headers={"Content-Encoding": "gzip"})
    given = {"configuration": {"access_token": "t", "base_url": httpserver.url_for("")[:-1]}}
    for operation in (http.post(httpserver.url_for("/x"), body={"a": 1}), send_text(ANA, "Hello")):
        with pytest.raises(AdaptorError, match="the answer cannot be decompressed") as caught:
            operation(given)
        assert caught.value.sent == "unknown"
        assert "no answer" not in str(caught.value)
    seen = len(httpserver.log)
    with pytest.raises(AdaptorError, match=r"The answer of .* cannot be decompressed"):
        http.get(httpserver.url_for("/x"))({})
    assert len(httpserver.log) == seen + 1, "it would be the same again"


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize("location", [b"http://[", b"http://a:b:c/", b"//", b"\xff\xfe"])
def test_a_redirect_of_a_write_to_no_address_is_told_all_the_same(wire, moves, status, location):
    answer = b"HTTP/1.1 %d Go\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (status, location)
    with pytest.raises(adaptor.HttpError) as caught:
        http.post(wire(moves.say_and_close(answer)).url, body={"a": 1})({})
    assert caught.value.sent == ("unknown" if status == 302 else "no")
    assert "leads to" in caught.value.fix


@pytest.mark.parametrize("text", ["\u200b", "\ufeff\ufe0f", "\u2060\u00a0", "Hello\x00", "Hello \x1b[31m", "a\x85b"])
def test_a_text_that_nobody_can_read_is_refused(text):
    with pytest.raises(InvalidMessage, match=r"message\.text"):
        send_text(ANA, text)


@pytest.mark.parametrize("text", ["a\nb\tc", "👩‍👧", "שלום", "é", "e\u0301"])
def test_a_text_of_any_script_is_taken(text):
    assert send_text(ANA, text).describe({}).body["message"]["text"] == text


MOMENTS = [1795795834470562, 1795795834470562000, float("nan"), float("inf"), "9999999999999999"]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_moment_that_cannot_be_is_refused(moment):
    with pytest.raises(InvalidMessage, match="last_user_message_at"):
        send_text(ANA, "Hello", last_user_message_at=moment).describe({})
