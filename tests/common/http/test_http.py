from __future__ import annotations

import base64
import io
import json
import os
import pickle
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_plus

import pytest
from hypothesis import HealthCheck, given, settings, strategies
from werkzeug import Response

from adaptor import combine, http, state, try_each
from adaptor.common.http import client as client_module
from adaptor.common.http.errors import HttpError
from adaptor.core.errors import DeliveryUnknown, InvalidMessage, NotSent, WrongCall
from adaptor.core.run.context import Run
from tests.thorough import examples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_httpserver import HTTPServer
    from werkzeug import Request

NOTHING = {"sent": 0, "failed": 0, "unknown": 0, "described": 0}
SENT = {**NOTHING, "sent": 1}
FAILED = {**NOTHING, "failed": 1}
UNKNOWN = {**NOTHING, "unknown": 1}
WRITES = ["post", "put", "patch", "delete"]
SECRET = "s3cret/with+signs=="

pytestmark = pytest.mark.usefixtures("plain_environment")


@pytest.fixture(autouse=True)
def _no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adaptor.wire.retry.random.uniform", lambda least, most: (least + most) / 2)


@pytest.fixture
def answer(http: Callable[..., bytes]) -> Callable[..., bytes]:
    """Write the bytes of an HTTP answer."""
    return http


@pytest.fixture
def echo(httpserver: HTTPServer) -> str:
    """The address of a server that answers with what it was sent."""

    def tell(request: Request) -> Response:
        told = {
            "method": request.method,
            "path": request.path,
            "query": request.query_string.decode(),
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "body": request.get_data().decode(errors="replace"),
        }
        return Response(json.dumps(told), content_type="application/json")

    httpserver.expect_request("/echo").respond_with_handler(tell)
    return httpserver.url_for("/echo")


@pytest.fixture
def lines() -> list[str]:
    """What the run of `log_run` logged."""
    return []


@pytest.fixture
def log_run(lines: list[str], waits: list[float]) -> Iterator[Run]:
    """A run whose log is kept."""

    def sink(level: str, component: str, message: str, fields: dict[str, Any]) -> None:
        lines.append(f"{level} {component} {message} {fields}")

    with Run(sink=sink, wait=waits.append) as under_way:
        yield under_way


# --- What goes out ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", *WRITES])
def test_each_method_makes_its_call(echo: str, method: str) -> None:
    after = getattr(http, method)(echo)({"data": "before"})
    assert after["data"]["method"] == method.upper()
    assert after["references"] == ["before"]
    assert after["response"]["status_code"] == 200
    assert after["response"]["url"] == echo
    assert after["response"]["duration"] >= 0
    assert after["response"]["headers"]["Content-Type"] == "application/json"
    json.dumps(after)


def test_any_method_can_be_asked_for(echo: str) -> None:
    assert http.request("propfind", echo)({})["data"]["method"] == "PROPFIND"
    assert http.request("HEAD", echo)({})["data"] is None


def test_every_argument_may_be_lazy_at_any_depth(echo: str) -> None:
    operation = http.post(
        f"{state.data.host}/echo",
        body={"names": [state.data.name, {"again": lambda s: s["data"]["name"].upper()}]},
        query={"page": state.data.page},
        headers={"X-Name": state.data.name},
        auth={"token": state.configuration.clinic_token},
        timeout=state.data.seconds,
        errors={404: state.data.words},
        parse_as=state.data.kind,
    )
    data = {"host": echo[: -len("/echo")], "name": "Ana", "page": 2, "seconds": 5, "words": "gone", "kind": "json"}
    told = operation({"data": data, "configuration": {"clinic_token": "abcdefgh"}})["data"]
    assert json.loads(told["body"]) == {"names": ["Ana", {"again": "ANA"}]}
    assert told["query"] == "page=2"
    assert told["headers"]["x-name"] == "Ana"
    assert told["headers"]["authorization"] == "Bearer abcdefgh"


@pytest.mark.parametrize(
    ("body", "kind", "raw"),
    [
        ({"name": "Añá"}, "application/json", '{"name":"Añá"}'),
        ([1, None], "application/json", "[1,null]"),
        ({}, "application/json", "{}"),
        ("Añá", "text/plain; charset=utf-8", "Añá"),
        (b"raw", "application/octet-stream", "raw"),
    ],
)
def test_a_body_says_what_it_is(echo: str, body: Any, kind: str, raw: str) -> None:
    told = http.post(echo, body=body)({})["data"]
    assert (told["headers"]["content-type"], told["body"]) == (kind, raw)


def test_a_content_type_of_the_jobs_wins(echo: str) -> None:
    told = http.post(echo, body="<a/>", headers={"content-type": "application/xml", "X-None": None, "X-N": 3})({})[
        "data"
    ]
    assert told["headers"]["content-type"] == "application/xml"
    assert told["headers"]["x-n"] == "3"
    assert "x-none" not in told["headers"]


def test_a_query_leaves_out_none_and_repeats_lists(echo: str) -> None:
    query = {"a": None, "b": [1, None, "x y"], "c": True, "d&": "ü"}
    assert http.get(f"{echo}?z=1#part", query=query)({})["data"]["query"] == "z=1&b=1&b=x%20y&c=true&d%26=%C3%BC"


def test_a_form_is_sent_as_browsers_do(echo: str) -> None:
    told = http.post(echo, form={"name": "Ana B", "tags": ["a", "b"], "none": None, "ok": False})({})["data"]
    assert told["headers"]["content-type"] == "application/x-www-form-urlencoded"
    assert told["body"] == "name=Ana+B&tags=a&tags=b&ok=false"


@pytest.mark.parametrize(
    ("auth", "sent"),
    [
        (("ana", "wörd"), "Basic " + base64.b64encode("ana:wörd".encode()).decode()),
        (["key-alone", ""], "Basic " + base64.b64encode(b"key-alone:").decode()),
        ({"token": "abcd"}, "Bearer abcd"),
    ],
)
def test_a_credential_goes_into_the_authorization_header(echo: str, auth: Any, sent: str) -> None:
    assert http.get(echo, auth=auth)({})["data"]["headers"]["authorization"] == sent


def test_a_credential_in_the_address_becomes_a_header(echo: str) -> None:
    url = echo.replace("http://", "http://ana:p%40ss@")
    after = http.get(url)({})
    assert after["data"]["headers"]["authorization"] == "Basic " + base64.b64encode(b"ana:p@ss").decode()
    assert after["response"]["url"] == echo


def test_netrc_is_never_used(echo: str, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("default login somebody password else\n")
    assert "authorization" not in http.get(echo)({})["data"]["headers"]


def test_cookies_are_not_kept_between_calls(httpserver: HTTPServer, echo: str, run: Run) -> None:
    httpserver.expect_request("/login").respond_with_json({}, headers={"Set-Cookie": "session=abcdefgh"})
    after = http.get(httpserver.url_for("/login"))({})
    assert "abcdefgh" not in json.dumps(after)
    assert "cookie" not in http.get(echo)({})["data"]["headers"]


def test_early_hints_are_not_taken_for_the_answer(wire: Any, answer: Any) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    assert http.get(wire(hints + hints + answer({"a": 1})).url, parse_as="json")({})["data"] == {"a": 1}


def test_a_proxy_of_the_environment_carries_the_call(wire: Any, answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = wire(answer({}))
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    http.get("http://example.invalid/a")({})
    assert proxy.requests[0].startswith(b"GET http://example.invalid/a HTTP/1.1\r\n")


def test_a_server_that_the_machine_trusts_is_trusted(
    wire: Any, answer: Any, certificate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)
    assert http.get(wire(answer({"a": 1}), tls=True).url, parse_as="json")({})["data"] == {"a": 1}


def test_connections_are_kept_for_the_run_and_not_used_after_idling(
    wire: Any, answer: Any, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, other = wire(answer({})), wire(answer({}))
    now = [1000.0]
    monkeypatch.setattr(client_module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    call = combine(http.get(server.url), http.get(other.url))
    call({})
    now[0] += client_module.IDLE_SECONDS
    call({})
    assert (server.connections, other.connections) == (1, 1)
    now[0] += client_module.IDLE_SECONDS + 0.1
    call({})
    assert (server.connections, other.connections) == (2, 2)


# --- Files -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def uploads(httpserver: HTTPServer) -> Callable[[], tuple[dict[str, Any], dict[str, list[tuple[str, str, bytes]]]]]:
    """Start a server for uploads, and return what the form that came held."""
    seen: list[Any] = []

    def take(request: Request) -> Response:
        files = {
            name: [(file.filename or "", file.content_type or "", file.read()) for file in given]
            for name, given in request.files.lists()
        }
        seen.append((request.form.to_dict(flat=False), files))
        return Response("{}", content_type="application/json")

    httpserver.expect_request("/upload").respond_with_handler(take)
    return lambda: seen[-1]


def test_files_are_sent_with_their_names_and_kinds(httpserver: HTTPServer, uploads: Any, tmp_path: Path) -> None:
    photo = tmp_path / 'ph"ö.jpg'
    photo.write_bytes(b"\xff\xd8" + bytes(200_000))
    scan = io.BytesIO(b"xxxscan")
    scan.seek(3)
    with photo.open("rb") as opened:
        http.post(
            httpserver.url_for("/upload"),
            form={"patient": 7, "tags": ["a", "b"], "none": None},
            files={
                "photo": photo,
                "rows": ("rows.csv", "a,b\r\nñ,2"),
                "raw": ("raw", b"\0\1"),
                "many": [scan, opened],
            },
        )({})
    form, files = uploads()
    assert form == {"patient": ["7"], "tags": ["a", "b"]}
    assert files["rows"] == [("rows.csv", "text/csv", "a,b\r\nñ,2".encode())]
    assert files["raw"] == [("raw", "application/octet-stream", b"\0\1")]
    assert files["photo"][0][1:] == ("image/jpeg", photo.read_bytes())
    assert files["many"][0] == ("many", "application/octet-stream", b"scan")
    assert files["many"][1][2] == photo.read_bytes()


def test_a_pipe_is_read_before_it_is_sent(httpserver: HTTPServer, uploads: Any) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(b"through a pipe")
    with os.fdopen(reading, "rb") as pipe:
        http.post(httpserver.url_for("/upload"), files={"a": pipe})({})
    assert uploads()[1]["a"][0][2] == b"through a pipe"


def test_a_file_is_never_whole_in_memory(tmp_path: Path) -> None:
    from adaptor.wire.upload import Upload

    file = tmp_path / "large.bin"
    with file.open("wb") as sparse:
        sparse.truncate(5_000_000_000)
    upload = Upload([], {"file": file})
    blocks = iter(upload)
    assert len(upload) > 5_000_000_000
    assert max(len(next(blocks)) for _ in range(20)) <= 65_536
    upload.close()


def test_a_file_that_shrinks_on_the_way_leaves_the_upload_unknown(wire: Any, answer: Any, run: Run) -> None:
    class Shrinking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(size) if self.tell() < 70_000 else b""

    server = wire(answer({}))
    with pytest.raises(DeliveryUnknown):
        http.post(server.url, files={"a": Shrinking(bytes(200_000))})({})
    assert run.outcomes == UNKNOWN


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(("name", "words"), [("none.jpg", "does not exist"), (".", "is a folder")])
def test_a_file_that_cannot_be_read_is_refused_before_the_wire(
    wire: Any, answer: Any, tmp_path: Path, name: str, words: str, dry_run: bool
) -> None:
    server = wire(answer({}))
    with Run(dry_run=dry_run) as run, pytest.raises(InvalidMessage, match=words):
        http.post(server.url, files={"ok": ("a.txt", "a"), "photo": tmp_path / name})({})
    assert (server.requests, run.outcomes) == ([], NOTHING)


def test_an_upload_that_did_not_leave_is_sent_whole_the_next_time(
    httpserver: HTTPServer, uploads: Any, tmp_path: Path, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    import urllib3.connection

    photo = tmp_path / "photo.jpg"
    photo.write_bytes(bytes(100_000))
    connect = urllib3.connection.HTTPConnection.connect

    def refuse(connection: Any) -> None:
        monkeypatch.setattr("urllib3.connection.HTTPConnection.connect", connect)
        raise ConnectionRefusedError

    monkeypatch.setattr("urllib3.connection.HTTPConnection.connect", refuse)
    with Run(wait=waits.append) as run:
        http.post(httpserver.url_for("/upload"), files={"photo": photo})({})
    assert uploads()[1]["photo"][0][2] == photo.read_bytes()
    assert (waits, run.outcomes) == ([0.25], SENT)


# --- What is refused before the wire ---------------------------------------------------------------------------------

GOOD = "https://example.invalid"
REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "no scheme": ("example.org/a", {}, "`url` is not an absolute"),
    "other scheme": ("ftp://example.org", {}, "`url` is not an absolute"),
    "no host": ("https://", {}, "`url` is not an absolute"),
    "bad port": ("https://example.org:99999/", {}, "`url` is not an absolute"),
    "two hosts in one": ("https://good.example\\@other.example/", {}, "`url` is not an absolute"),
    "space in the host": ("https://good example/", {}, "`url` is not an absolute"),
    "bad brackets": ("https://[::1", {}, "`url` is not an absolute"),
    "line break": ("https://example.org/a\nb", {}, "control character"),
    "number": (7, {}, "`url` is an int"),  # type: ignore[dict-item]
    "body and form": (GOOD, {"body": {}, "form": {}}, "`body` cannot go together"),
    "number as body": (GOOD, {"body": 3}, "`body` is an int"),
    "files as list": (GOOD, {"files": []}, "`files` is a list"),
    "text as file": (GOOD, {"files": {"a": "photo.jpg"}}, "a text, which is no path"),
    "text file": (GOOD, {"files": {"a": io.StringIO("x")}}, "`files` holds a StringIO"),
    "own boundary": (GOOD, {"files": {"a": ("a", "")}, "headers": {"content-type": "x"}}, "follows from `files`"),
    "query as text": (GOOD, {"query": "a=1"}, "`query` is a str"),
    "dict in query": (GOOD, {"query": {"a": {}}}, "`query` holds a dict under `a`"),
    "header name": (GOOD, {"headers": {"a b": "c"}}, "a name that no header can have"),
    "header injection": (GOOD, {"headers": {"X-A": "b\r\nX-C: d"}}, "that no header can have"),
    "header alphabet": (GOOD, {"headers": {"X-A": "Ж"}}, "that no header can have"),
    "header kind": (GOOD, {"headers": {"X-A": ["b"]}}, "`headers` holds a list under `X-A`"),
    "length": (GOOD, {"headers": {"Content-Length": "1"}}, "follows from the body"),
    "auth as text": (GOOD, {"auth": SECRET}, "`auth` is not a credential"),
    "auth without token": (GOOD, {"auth": {"token": None}}, "`auth` is not a credential"),
    "auth with other keys": (GOOD, {"auth": {"Token": SECRET}}, "`auth` is not a credential"),
    "auth broken": (GOOD, {"auth": {"token": f"{SECRET}\n"}}, "a line break"),
    "auth twice": (GOOD, {"auth": ("a", SECRET), "headers": {"authorization": SECRET}}, "cannot go together"),
    "no time": (GOOD, {"timeout": 0}, "`timeout` is not a time"),
    "not a time": (GOOD, {"timeout": float("nan")}, "`timeout` is not a time"),
    "rules": (GOOD, {"errors": {"4xx": False}}, "`errors` is not a rule"),
    "parse as": (GOOD, {"parse_as": "xml"}, "`parse_as` is not known"),
}


@pytest.mark.parametrize(("url", "arguments", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_sent_is_refused_when_it_is_built_and_when_it_runs(
    url: str, arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidMessage) as built:
        http.post(url, **arguments)
    lazily = http.post(lambda s: url, **{name: lambda s, value=value: value for name, value in arguments.items()})
    with Run() as run, pytest.raises(InvalidMessage) as performed:
        lazily({})
    assert words in str(built.value)
    assert str(performed.value) == str(built.value)
    assert SECRET not in built.value.report() + performed.value.report()
    assert (built.value.about, built.value.sent, run.outcomes) == ("row", "no", NOTHING)


@pytest.mark.parametrize("value", [object(), float("nan"), {1, 2}, b"bytes"])
def test_a_body_that_json_cannot_say_is_refused_before_the_wire(value: object) -> None:
    with pytest.raises(InvalidMessage, match="cannot be written as JSON"):
        http.post(GOOD, body={"a": value})({})


@pytest.mark.parametrize("arguments", [{"body": "\ud83d"}, {"body": ["\ud83d"]}, {"form": {"a": "\ud83d"}},
    {"query": {"a": "\ud83d"}}, {"form": {"a": "\ud83d"}, "files": {"b": ("b", "")}}])  # fmt: skip
def test_half_a_sign_is_refused_before_the_wire(arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidMessage, match="half a character"):
        http.post(GOOD, **arguments)({})


def test_methods_that_are_none_are_refused() -> None:
    for method in ("CONNECT", "TRACE", "GE T", "", 5):
        with pytest.raises(InvalidMessage, match="`method`"):
            http.request(method, GOOD)  # type: ignore[arg-type]


@pytest.mark.parametrize("where", ["body", "form", "query"])
def test_a_reference_that_a_function_gives_is_resolved(where: str, run: Run) -> None:
    described: list[Any] = []
    run.dry_run, run.observers.on_request = True, described.append
    value = {"a": lambda s: f"Hello {state.data.name}"}
    http.post(GOOD, **{where: value})({"data": {"name": "Ana"}})
    assert "Hello Ana" in unquote_plus(json.dumps(described[0].described()))


def test_wrong_calls_say_what_to_write() -> None:
    with pytest.raises(WrongCall, match=r"http.get\(\) does not take `params`"):
        http.get(GOOD, params={})  # type: ignore[call-arg]
    with pytest.raises(WrongCall, match=r"http.post\(\) takes 1 positional"):
        http.post(GOOD, {})  # type: ignore[misc]


# --- What comes back -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "raw", "data"),
    [
        ("application/json", b'{"a":1}', {"a": 1}),
        ("application/fhir+json; charset=utf-8", b"[1]", [1]),
        ("Application/JSON; charset=iso-8859-1", b'"\xe9"', "é"),
        ("application/json", b"\xef\xbb\xbf[]", []),
        ("application/json", b"", None),
        ("text/plain", "é".encode(), "é"),
        ("text/csv; charset=windows-1252", b"\x80", "€"),
        ("text/plain; charset=nonsense", "é".encode(), "é"),
        ("text/plain", b"\xe9\xff", base64.b64encode(b"\xe9\xff").decode()),
        ("image/png", b"abcd", base64.b64encode(b"abcd").decode()),
        ("application/pdf", b"%PDF", base64.b64encode(b"%PDF").decode()),
        ("application/octet-stream", b"a,b", "a,b"),
        ("application/octet-stream", b"a\0b", base64.b64encode(b"a\0b").decode()),
        ("", b"a", "a"),
    ],
)
def test_an_answer_is_read_by_its_content_type(wire: Any, answer: Any, kind: str, raw: bytes, data: Any) -> None:
    assert http.get(wire(answer(raw, headers={"Content-Type": kind})).url)({})["data"] == data


@pytest.mark.parametrize(
    ("parse_as", "raw", "data"),
    [
        ("json", b"[1]", [1]),
        ("json", b"", None),
        ("text", b"[1]", "[1]"),
        ("text", b"", ""),
        ("base64", b"[1]", "WzFd"),
    ],
)
def test_parse_as_decides_where_it_is_given(wire: Any, answer: Any, parse_as: str, raw: bytes, data: Any) -> None:
    server = wire(answer(raw, headers={"Content-Type": "text/html"}))
    assert http.get(server.url, parse_as=parse_as)({})["data"] == data


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("parse_as", "kind", "raw", "words"),
    [
        ("json", "text/html", b"<html>Log in</html>", "it is not JSON"),
        (None, "application/json", b'{"a":', "it is not JSON"),
        (None, "application/json", b"NaN", "it is not JSON"),
        (None, "application/json", b"1e999", "it is not JSON"),
        ("json", "application/json", b"[" * 100_000, "it is not JSON"),
        ("text", "text/plain", b"\xff\xfe", "it is not text"),
    ],
)
def test_an_answer_that_cannot_be_read_is_an_error(
    wire: Any, answer: Any, run: Run, waits: list[float], method: str, parse_as: Any, kind: str, raw: bytes, words: str
) -> None:
    server = wire(answer(raw, headers={"Content-Type": kind}))
    with pytest.raises((HttpError, DeliveryUnknown), match=words) as raised:
        getattr(http, method)(server.url, parse_as=parse_as)({})
    assert isinstance(raised.value, DeliveryUnknown if method == "post" else HttpError)
    assert run.outcomes == (UNKNOWN if method == "post" else NOTHING)
    assert (len(server.requests), waits) == (1, [])


# --- Errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "about"),
    [(400, "row"), (401, "job"), (403, "job"), (404, "row"), (409, "row"), (410, "row"), (413, "row"), (415, "row"),
     (418, "job"), (422, "row"), (429, "job"), (500, "job"), (503, "job"), (599, "job")],
)  # fmt: skip
@pytest.mark.parametrize("method", ["get", *WRITES])
def test_an_error_says_whom_it_is_about_and_what_was_sent(
    wire: Any, answer: Any, run: Run, method: str, status: int, about: str
) -> None:
    server = wire(answer({"detail": "No."}, status=status, headers={"X-Request-Id": "r1"}))
    with pytest.raises(HttpError) as raised:
        getattr(http, method)(f"{server.url}/a?b=1")({})
    error = raised.value
    assert (error.code, error.http_status, error.about) == (status, status, about)
    assert (error.method, error.url, error.body) == (method.upper(), f"{server.url}/a?b=1", '{"detail": "No."}')
    unknown = method != "get" and status >= 500
    assert error.sent == ("unknown" if unknown else "no")
    assert run.outcomes == (NOTHING if method == "get" else UNKNOWN if unknown else FAILED)
    facts = json.loads(json.dumps(error.facts()))
    assert facts["headers"]["X-Request-Id"] == "r1"
    assert facts["http_status"] == status
    assert vars(pickle.loads(pickle.dumps(error))) == vars(error)


def test_the_message_is_one_line_that_says_it_all(wire: Any, answer: Any) -> None:
    server = wire(answer({"detail": "No \u001b[31mname"}, status=409))
    with pytest.raises(HttpError) as raised:
        http.post(f"{server.url}/patients")({})
    assert str(raised.value) == (
        f'POST {server.url}/patients answered 409 Conflict: {{"detail": "No \\u001b[31mname"}}'
    )
    assert raised.value.operation == "http.post"
    assert raised.value.place == "http.post"


def test_an_excerpt_is_short_and_harmless(wire: Any, answer: Any) -> None:
    raw = ("\x1b[2J\u202e" + "x" * 600).encode()
    with pytest.raises(HttpError) as raised:
        http.get(wire(answer(raw, status=400)).url)({})
    assert raised.value.body == "\\u001b[2J\\u202e" + "x" * 485 + "…"


def test_an_excerpt_of_what_is_no_text_is_its_size(wire: Any, answer: Any) -> None:
    with pytest.raises(HttpError) as raised:
        http.get(wire(answer(bytes(1234), status=400, headers={"Content-Type": "image/png"})).url)({})
    assert raised.value.body == "(1,234 bytes of image/png)"


@pytest.mark.parametrize("errors", [False, {404: False}, {"404": False}])
def test_a_status_can_be_declared_to_be_no_error(wire: Any, answer: Any, run: Run, errors: Any) -> None:
    server = wire(answer({"detail": "gone"}, status=404, headers={"Content-Type": "application/json"}))
    after = http.delete(server.url, errors=errors)({})
    assert after["data"] == {"detail": "gone"}
    assert after["response"]["status_code"] == 404
    # It was not done all the same.
    assert run.outcomes == FAILED


def test_a_declared_status_is_not_repeated_and_a_broken_write_stays_unknown(
    wire: Any, answer: Any, run: Run, waits: list[float]
) -> None:
    server = wire(answer(b"busy", status=503))
    assert http.get(server.url, errors=False)({})["data"] == "busy"
    http.post(server.url, errors={503: False})({})
    assert (waits, len(server.requests), run.outcomes) == ([], 2, UNKNOWN)


def test_an_error_can_be_said_in_the_jobs_words(wire: Any, answer: Any) -> None:
    server = wire(answer(b"", status=404))
    with pytest.raises(HttpError, match=r"^No such patient\.$") as raised:
        http.get(server.url, errors={404: "No such patient."})({})
    assert raised.value.about == "row"


def test_a_loop_goes_on_past_a_missing_row_and_stops_at_a_bad_credential(wire: Any, answer: Any, run: Run) -> None:
    server = wire(answer({}, status=404), answer({}), answer({}, status=401))
    operation = try_each([1, 2, 3, 4], http.put(f"{server.url}/{state.data}"), fail=False)
    with pytest.raises(HttpError) as raised:
        operation({})
    assert (raised.value.code, raised.value.place) == (401, "try_each[2] · http.put")
    assert len(server.requests) == 3


# --- Repeats ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_changes_nothing_is_repeated_with_growing_waits(
    wire: Any, answer: Any, run: Run, waits: list[float], method: str, status: int
) -> None:
    server = wire(*[answer(b"", status=status)] * 2, answer(b"", status=204))
    assert http.request(method, server.url)({})["response"]["status_code"] == 204
    assert (waits, run.outcomes) == ([1.0, 2.0], NOTHING)


@pytest.mark.parametrize("status", [400, 404, 500, 501])
def test_a_clear_no_is_not_repeated(wire: Any, answer: Any, run: Run, waits: list[float], status: int) -> None:
    server = wire(answer(b"", status=status))
    with pytest.raises(HttpError):
        http.get(server.url)({})
    assert (waits, len(server.requests)) == ([], 1)


@pytest.mark.long
@pytest.mark.parametrize("move", ["close", "reset", "keep_silent"])
def test_a_read_whose_answer_is_lost_is_repeated(
    wire: Any, moves: Any, run: Run, waits: list[float], move: str
) -> None:
    server = wire(getattr(moves, move))
    with pytest.raises(HttpError) as raised:
        http.get(server.url, timeout=(5, 0.1))({})
    assert (raised.value.code, raised.value.sent, raised.value.about) == ("NO_ANSWER", "no", "job")
    assert waits == [1.0, 2.0, 4.0, 8.0]
    assert server.seen(5) == 5


@pytest.mark.parametrize("method", ["get", *WRITES])
def test_what_did_not_leave_is_repeated(refused_url: str, run: Run, waits: list[float], method: str) -> None:
    with pytest.raises(NotSent, match="the connection was refused") as raised:
        getattr(http, method)(refused_url)({})
    assert raised.value.sent == "no"
    assert waits == [0.25, 0.5, 1.0, 2.0]
    assert run.outcomes == (NOTHING if method == "get" else FAILED)


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_write_that_was_answered_is_never_repeated(
    wire: Any, answer: Any, run: Run, waits: list[float], method: str, status: int
) -> None:
    server = wire(answer(b"", status=status, headers={"Retry-After": "1"}))
    with pytest.raises(HttpError):
        getattr(http, method)(server.url)({})
    assert (waits, len(server.requests)) == ([], 1)


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("move", ["close", "reset", "keep_silent"])
def test_a_write_whose_answer_is_lost_is_unknown(
    wire: Any, moves: Any, run: Run, waits: list[float], method: str, move: str
) -> None:
    server = wire(getattr(moves, move))
    with pytest.raises(DeliveryUnknown) as raised:
        getattr(http, method)(server.url, timeout=(5, 0.1))({})
    assert (raised.value.sent, raised.value.about) == ("unknown", "row")
    assert (server.seen(1), waits, run.outcomes) == (1, [], UNKNOWN)


@pytest.mark.parametrize(
    "said",
    [
        b"no HTTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Ty",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    ],
)
def test_a_write_whose_answer_is_not_whole_is_unknown(wire: Any, moves: Any, run: Run, said: bytes) -> None:
    with pytest.raises(DeliveryUnknown):
        http.post(wire(moves.say_and_close(said)).url)({})
    assert run.outcomes == UNKNOWN


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0"}, 1.0),
        ({"Retry-After": "soon"}, 1.0),
        ({"Retry-After": "-5"}, 1.0),
        ({"Retry-After": "Mon, 23 Nov 2026 10:00:30 GMT", "Date": "Mon, 23 Nov 2026 10:00:00 GMT"}, 30.0),
        ({"Retry-After": "Mon, 23 Nov 2015 10:00:30 GMT"}, 1.0),
    ],
)
def test_the_other_system_says_how_long_to_wait(
    wire: Any, answer: Any, run: Run, waits: list[float], headers: dict[str, str], seconds: float
) -> None:
    http.get(wire(answer(b"", status=429, headers=headers), answer({})).url)({})
    assert waits == [seconds]


def test_a_wait_that_is_too_long_is_told_at_once(wire: Any, answer: Any, run: Run, waits: list[float]) -> None:
    server = wire(answer(b"", status=503, headers={"Retry-After": "3600"}))
    with pytest.raises(HttpError) as raised:
        http.get(server.url)({})
    assert (raised.value.retry_after, waits, len(server.requests)) == (3600.0, [], 1)
    assert raised.value.facts()["retry_after"] == 3600.0


@pytest.mark.parametrize(("moment", "outcome"), [("connect", NOTHING), ("getresponse", UNKNOWN)])
def test_a_write_that_was_interrupted_is_unknown_once_it_began_to_leave(
    wire: Any, answer: Any, run: Run, monkeypatch: pytest.MonkeyPatch, moment: str, outcome: dict[str, int]
) -> None:
    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    server = wire(answer({}))
    monkeypatch.setattr(f"urllib3.connection.HTTPConnection.{moment}", interrupt)
    with pytest.raises(KeyboardInterrupt):
        http.post(server.url)({})
    assert run.outcomes == outcome


def test_a_write_that_was_answered_well_is_sent(wire: Any, answer: Any, run: Run) -> None:
    server = wire(answer(b"", status=204))
    for method in WRITES:
        assert getattr(http, method)(server.url)({})["data"] is None
    assert run.outcomes == {**NOTHING, "sent": 4}
    assert server.connections == 1


# --- Redirects -------------------------------------------------------------------------------------------------------

CREDENTIALS: dict[str, dict[str, Any]] = {
    "auth": {"auth": ("ana", SECRET)},
    "token": {"auth": {"token": SECRET}},
    "cookie": {"headers": {"Cookie": f"session={SECRET}"}},
    "api key": {"headers": {"X-Api-Key": SECRET}},
    "from the configuration": {"headers": {"X-Clinic": state.configuration.secret}},
}


def credential_in(request: bytes) -> bool:
    basic = base64.b64encode(f"ana:{SECRET}".encode())
    return SECRET.encode() in request or basic in request


@pytest.mark.parametrize("arguments", CREDENTIALS.values(), ids=CREDENTIALS.keys())
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_credential_goes_along_to_the_same_system_only(
    wire: Any, answer: Any, status: int, arguments: dict[str, Any]
) -> None:
    stranger = wire(answer({"who": "stranger"}))
    start = wire(
        answer(b"", status=status, headers={"Location": "/next"}),
        answer(b"", status=status, headers={"Location": f"{stranger.url}/there?code=1234"}),
    )
    after = http.get(f"{start.url}/first", **arguments)({"configuration": {"secret": SECRET}})
    assert after["data"] == '{"who": "stranger"}'
    assert after["response"]["url"] == f"{stranger.url}/there?code=[redacted]"
    assert start.requests[1].startswith(b"GET /next HTTP/1.1\r\n")
    assert [credential_in(request) for request in (*start.requests, *stranger.requests)] == [True, True, False]


def test_a_stranger_gets_no_header_but_those_for_anybody(wire: Any, answer: Any) -> None:
    stranger = wire(answer({}))
    start = wire(answer(b"", status=302, headers={"Location": stranger.url}))
    own = {"X-Auth-Key": "k", "Ocp-Apim-Subscription-Key": "k", "X-JWT": "k", "X-Clinic": "k", "Accept": "text/csv"}
    http.get(start.url, headers=own)({})
    sent = stranger.requests[0].decode().lower()
    assert "accept: text/csv" in sent
    assert not [name for name in own if name != "Accept" and f"{name.lower()}:" in sent]


def test_a_credential_does_not_come_back_from_a_stranger(wire: Any, answer: Any) -> None:
    port: list[str] = []
    start = wire(
        lambda connection: connection.sendall(answer(b"", status=302, headers={"Location": port[0]})), answer({})
    )
    stranger = wire(answer(b"", status=302, headers={"Location": f"{start.url}/delete-everything"}))
    port.append(stranger.url)
    http.get(start.url, auth={"token": SECRET})({})
    assert [credential_in(request) for request in start.requests] == [True, False]


def test_a_credential_goes_along_to_the_systems_that_are_listed(wire: Any, answer: Any) -> None:
    friend = wire(answer({}))
    start = wire(answer(b"", status=302, headers={"Location": f"{friend.url}/a"}))
    http.get(start.url, auth={"token": SECRET}, redirects=[friend.url])({})
    assert credential_in(friend.requests[0])


def test_a_credential_never_goes_from_https_to_http(
    wire: Any, answer: Any, certificate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)
    plain = wire(answer({}))
    start = wire(answer(b"", status=302, headers={"Location": plain.url}), tls=True)
    http.get(start.url, auth={"token": SECRET}, redirects=[plain.url])({})
    assert [credential_in(request) for request in (*start.requests, *plain.requests)] == [True, False]


def test_at_most_five_redirects_are_followed(wire: Any, answer: Any, run: Run, waits: list[float]) -> None:
    server = wire(answer(b"", status=302, headers={"Location": "/again"}))
    with pytest.raises(HttpError, match="redirected more than 5 times") as raised:
        http.get(server.url)({})
    assert (raised.value.code, len(server.requests), waits) == ("REDIRECT", 6, [])


@pytest.mark.parametrize(
    "location", ["ftp://example.org/a", "file:///etc/passwd", "http://[", "javascript:alert(1)", "//a\\b"]
)
def test_a_redirect_to_nowhere_is_an_error(wire: Any, answer: Any, location: str) -> None:
    server = wire(answer(b"", status=302, headers={"Location": location}))
    with pytest.raises(HttpError, match="redirected to an invalid address"):
        http.get(server.url)({})


def test_a_redirect_is_not_followed_where_the_job_says_so(wire: Any, answer: Any) -> None:
    server = wire(answer(b"over there", status=302, headers={"Location": f"/b?access_token={SECRET}"}))
    after = http.get(server.url, redirects=False)({})
    assert (after["data"], after["response"]["status_code"]) == ("over there", 302)
    assert after["response"]["headers"]["Location"] == "/b?access_token=[redacted]"
    assert len(server.requests) == 1


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_that_asks_to_ask_there_instead_is_not_followed_and_was_not_carried_out(
    wire: Any, answer: Any, run: Run, method: str, status: int
) -> None:
    elsewhere = wire(answer({}))
    server = wire(answer(b"", status=status, headers={"Location": f"{elsewhere.url}/b?api_key=secret"}))
    with pytest.raises(HttpError) as raised:
        getattr(http, method)(server.url)({})
    assert (raised.value.sent, run.outcomes) == ("no", FAILED)
    assert f"{elsewhere.url}/b" in raised.value.fix
    assert "secret" not in raised.value.fix
    assert elsewhere.requests == []


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("status", [300, 301, 302, 303, 304])
def test_a_redirect_of_a_write_is_not_followed_and_unknown(
    wire: Any, answer: Any, run: Run, waits: list[float], method: str, status: int
) -> None:
    elsewhere = wire(answer({}))
    server = wire(answer(b"", status=status, headers={"Location": elsewhere.url}))
    with pytest.raises(HttpError) as raised:
        getattr(http, method)(server.url)({})
    assert (raised.value.sent, run.outcomes, waits) == ("unknown", UNKNOWN, [])
    assert (len(server.requests), elsewhere.requests) == (1, [])


def test_a_read_with_a_body_is_not_redirected(wire: Any, answer: Any) -> None:
    server = wire(answer(b"", status=307, headers={"Location": "/b"}))
    with pytest.raises(HttpError):
        http.request("GET", server.url, body={"query": 1})({})
    assert len(server.requests) == 1


# --- Secrets ---------------------------------------------------------------------------------------------------------

WAYS: dict[str, dict[str, Any]] = {
    **CREDENTIALS,
    "api key as user": {"auth": (SECRET, "")},
    "authorization": {"headers": {"authorization": f"ApiToken {SECRET}"}},
    "basic": {"headers": {"Authorization": "Basic " + base64.b64encode(f"ana:{SECRET}".encode()).decode()}},
    "query": {"query": {"access_token": SECRET, "page": 1}},
    "lazy": {"auth": {"token": lambda s: SECRET}},
}
FORMS = {SECRET, quote(SECRET), quote(SECRET, safe=""), base64.b64encode(f"ana:{SECRET}".encode()).decode()}


def spoken(*things: Any) -> str:
    return "\n".join(thing if isinstance(thing, str) else json.dumps(thing) for thing in things)


@pytest.mark.parametrize("arguments", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize("where", ["", "user", "parameter"])
@pytest.mark.parametrize("ending", ["well", "refused", "lost", "redirected", "not readable", "not sent"])
def test_no_secret_is_in_a_log_an_error_or_a_response(
    wire: Any, moves: Any, answer: Any, refused_url: str, log_run: Run, lines: list[str],
    arguments: dict[str, Any], where: str, ending: str,
) -> None:  # fmt: skip
    told = {"X-Echo": f"Bearer {SECRET}", "X-Auth-Token": "from the server", "Content-Type": "application/json"}
    body = {"you said": [SECRET, base64.b64encode(f"ana:{SECRET}".encode()).decode()]}
    turned = answer(b"", status=302, headers={"Location": f"http://ana:{quote(SECRET)}@127.0.0.1:1/?token={SECRET}"})
    move = {
        "well": answer(body, headers=told),
        "refused": answer(body, status=403, headers=told),
        "lost": moves.close,
        "redirected": turned,
        "not readable": answer(f"no JSON {SECRET}".encode(), headers=told),
        "not sent": moves.close,
    }[ending]
    url = f"{refused_url if ending == 'not sent' else wire(move).url}/patients"
    given = dict(arguments)
    if where == "user":
        url = url.replace("http://", f"http://ana:{quote(SECRET, safe='')}@")
    elif where == "parameter":
        url = f"{url}?api_key={quote(SECRET, safe='')}"
    operation = http.get(url, **given)
    configured = {"configuration": {"secret": SECRET}} if arguments is CREDENTIALS["from the configuration"] else {}
    written = [repr(operation), *lines]
    try:
        after = operation(configured)
        written.append(spoken(after["response"]))
        assert ending == "well"
    except (HttpError, NotSent) as error:
        assert ending != "well"
        written += [error.report(), spoken(error.facts()), repr(vars(error)), str(error.__cause__), repr(error)]
    written += lines
    for form in FORMS:
        assert form not in spoken(*written)


@pytest.mark.long
@settings(
    max_examples=examples(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    # With a beginning that no word of ours has: a secret such as "duration" would be found where it was never said.
    secret=strategies.text(strategies.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=40).map(
        lambda rest: f"Zq{rest}"
    )
)
def test_no_secret_of_any_spelling_is_in_anything_that_is_said(echo: str, secret: str) -> None:
    spoken_lines: list[str] = []

    def sink(level: str, component: str, message: str, fields: dict[str, Any]) -> None:
        spoken_lines.append(f"{message} {fields}")

    quoted = quote(secret, safe="")
    pair = base64.b64encode(f"ana:{secret}".encode()).decode()
    for arguments in (
        {"auth": ("ana", secret)},
        {"auth": {"token": secret}, "query": {"api_key": secret}},
        {"headers": {"Authorization": f"Token {secret}", "Cookie": f"sid={secret}"}},
        {"headers": {"X-Api-Key": secret}, "body": {"again": secret, "pair": pair}},
    ):
        with Run(sink=sink) as run:
            for url in (echo, echo.replace("http://", f"http://ana:{quoted}@") if "headers" not in arguments else echo):
                # The echo is JSON: as an error it quotes all that it was sent.
                operation = http.post(f"{url}?token={quoted}", parse_as="json", **arguments)  # type: ignore[arg-type]
                after = operation({})
                again = http.post(f"{url}/nowhere?token={quoted}", **arguments)  # type: ignore[arg-type]
                with pytest.raises(HttpError) as raised:
                    again({})
                told = run.redactor.text(json.dumps(after["data"], ensure_ascii=False))
                error = raised.value
                spoken_lines += [repr(operation), told, json.dumps(after["response"]), error.report()]
                spoken_lines += [json.dumps(error.facts()), repr(vars(error))]
    for form in {secret, quote(secret), quoted, json.dumps(secret)[1:-1], pair}:
        assert form not in "\n".join(spoken_lines)


def test_a_secret_that_stands_in_the_job_is_hidden_when_it_is_loaded(log_run: Run) -> None:
    with pytest.raises(InvalidMessage):
        http.get("no address", auth={"token": SECRET})
    assert log_run.redactor.text(SECRET) == "[redacted]"


def test_a_short_password_is_hidden_where_it_travels(echo: str, run: Run) -> None:
    http.get(echo, auth=("clinic", "abc"))({})
    assert run.redactor.text(base64.b64encode(b"clinic:abc").decode()) == "[redacted]"


def test_a_user_name_and_a_place_in_a_list_of_pages_are_no_secrets(echo: str, run: Run) -> None:
    http.get(echo, auth=("clinic", SECRET), query={"pageToken": "patients"})({})
    assert run.redactor.text("the clinic's patients") == "the clinic's patients"


# --- Dry runs --------------------------------------------------------------------------------------------------------


def test_a_dry_run_reads_and_describes_writes(wire: Any, answer: Any, tmp_path: Path) -> None:
    server = wire(answer({"name": "Ana"}, headers={"Content-Type": "application/json"}))
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"x")
    shown: list[Any] = []
    url = f"{server.url}/a?token={SECRET}"
    with Run(dry_run=True, on_request=lambda request: shown.append(request.described())) as run:
        after = combine(
            http.get(f"{server.url}/a"),
            http.post(url, body={"name": state.data.name, "password": SECRET}, auth=("a", SECRET), query={"n": 1}),
            http.put(server.url, form={"a": 1}, files={"photo": photo, "more": [("b.txt", "b")]}),
            http.delete(server.url),
            http.patch(server.url, body=b"1234"),
        )({})
    assert after["data"] == {}
    assert len(server.requests) == 1
    assert shown == [
        {
            "method": "POST",
            "url": f"{server.url}/a?token=[redacted]&n=1",
            "body": {"name": "Ana", "password": "[redacted]"},
        },
        {
            "method": "PUT",
            "url": server.url,
            "form": {"a": 1},
            "files": {"photo": ["photo.jpg"], "more": ["b.txt"]},
        },
        {"method": "DELETE", "url": server.url},
        {"method": "PATCH", "url": server.url, "body": "(4 bytes)"},
    ]
    assert run.outcomes == {**NOTHING, "described": 4}


def test_an_operation_can_be_described_without_a_run() -> None:
    request = http.post(f"https://example.org/{state.data}").describe({"data": 7})
    assert request.described() == {"method": "POST", "url": "https://example.org/7"}
    assert request.is_write


# --- Operations are values -------------------------------------------------------------------------------------------


def test_operations_print_compare_and_pickle() -> None:
    operation = http.post("https://example.org", body={"a": state.data.a})
    assert repr(operation) == "http.post('https://example.org', body={'a': state.data.a})"
    assert operation == http.post("https://example.org", body={"a": state.data.a})
    assert operation != http.put("https://example.org", body={"a": state.data.a})
    assert pickle.loads(pickle.dumps(operation)) == operation
    assert operation.name == "http.post"


def test_an_operation_does_not_change_its_input(echo: str) -> None:
    before: dict[str, Any] = {"data": {"a": [1]}, "references": []}
    http.post(echo, body=state.data)(before)
    assert before == {"data": {"a": [1]}, "references": []}
