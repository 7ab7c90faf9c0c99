"""Calls as other systems were seen to break them: half signs, codes, echoes, files, addresses, the network."""

import base64
import json
import mimetypes

import pytest

import adaptor
from adaptor import (
    ConfigurationError,
    InvalidMessage,
    broadcast,
    create_label,
    get_user_profile,
    http,
    list_messages,
    send_audio,
    send_image,
    send_text,
    send_video,
    state,
)
from adaptor.graph.connection import GraphConnection
from adaptor.messenger.media_source import media_type
from adaptor.runner.echoes import echoes_in

ANA = "6543210987654321"
CUT = "P\ud83d"

HALF_SIGNS = {
    "a text": (lambda: send_text(ANA, CUT), "message.text"),
    "the title of a quick reply": (lambda: send_text(ANA, "a", quick_replies=[adaptor.quick_reply(CUT)]), "title"),
    "a label": (lambda: create_label(CUT), "page_label_name"),
    "the fields of a read": (lambda: get_user_profile(ANA, fields=[CUT]), "fields"),
    "an id in the path": (lambda: list_messages(CUT), "path"),
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


@pytest.mark.parametrize("kind", ["single", "batch", "broadcast"])
def test_what_raises_before_the_first_byte_leaves_nothing_unknown(kind, monkeypatch, tmp_path, httpserver):
    from adaptor.core.context import Run
    from adaptor.ledger.ledger import Ledger
    from adaptor.ledger.rows import RunRecord
    from adaptor.ledger.store import open_store

    httpserver.expect_request("/v26.0/me").respond_with_json({"id": "1"})
    given = {
        "configuration": {"access_token": "t", "base_url": httpserver.url_for("")[:-1]},
        "data": [str(int(ANA) + n) for n in range(3)],
    }
    operation = {
        "single": send_text(ANA, "Hello"),
        "batch": adaptor.batch(*[send_text(person, "Hello") for person in given["data"]]),
        "broadcast": broadcast(state.data, send_text(state.data, "Hello")),
    }[kind]
    store = open_store(str(tmp_path / "ledger.db"))
    ledger = Ledger.begin(store, RunRecord("r1", "/job.py", "job", "input"))
    ledger.enter_step("step", 0)
    before = GraphConnection.exchange

    def broken(self, request, encoded):
        if request.method == "GET":
            return before(self, request, encoded)
        raise RuntimeError("something in a library below")

    monkeypatch.setattr(GraphConnection, "exchange", broken)
    with Run(ledger=lambda: ledger), pytest.raises(Exception, match="something in a library below"):
        operation(given)
    assert {row.outcome for row in store.writes.rows("r1")} == {"claimed"}
    ledger.close(1, finished=False)


def event(**facts):
    message = {"is_echo": True, "mid": "m_1", "text": "Hello"}
    return {"sender": {"id": "1"}, "recipient": {"id": ANA}, "message": message, **facts}


BODY = {"object": "page", "entry": [{"messaging": [event(timestamp=1796081400)]}]}
ECHOES = {
    "seconds": BODY,
    "milliseconds": {"object": "page", "entry": [{"messaging": [event(timestamp=1796081400000)]}]},
    "text in an object": {"Message": json.dumps(BODY)},
    "text in text": {"body": json.dumps({"Message": json.dumps(BODY)})},
    "text in text in text": json.dumps(json.dumps({"Records": [{"body": json.dumps(json.dumps(BODY))}]})),
    "base64": {"isBase64Encoded": True, "body": base64.b64encode(json.dumps(BODY).encode()).decode()},
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
    assert media_type("note.xyz") is None


def test_a_file_whose_name_is_not_utf_8_is_refused_by_its_name(tmp_path):
    import os

    name = os.fsdecode(os.fsencode(tmp_path) + b"/latin\xe9.jpg")
    with open(name, "wb") as file:
        file.write(b"x")
    from pathlib import Path

    with pytest.raises(InvalidMessage, match="has a name that is not UTF-8"):
        send_image(ANA, Path(name))


OUTSIDE = ["https://example.org/x.png", "http://93.184.216.34/x.png", "https://cdn.example.co.ke:8443/x"]
INSIDE = [
    "http://localhost:8000/x.png", "http://127.0.0.1/x.png", "http://192.168.1.5/x.png", "http://10.0.0.8/x.png",
    "http://nas/x.png", "http://[::1]/x.png", "http://169.254.1.1/x.png", "http://printer.local/x.png",
]  # fmt: skip


def test_an_address_that_meta_cannot_reach_is_refused():
    for url in OUTSIDE:
        assert send_image(ANA, url).describe({}).body
    for url in INSIDE:
        with pytest.raises(InvalidMessage, match="Meta cannot reach") as caught:
            send_image(ANA, url)
        assert "Path(…)" in caught.value.fix, url


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("call", [lambda: send_text(ANA, "Hello"), lambda: http.get("https://127.0.0.1:9")])
def test_a_ca_bundle_that_is_not_there_is_named_before_anything_is_tried(monkeypatch, variable, call):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "/nowhere/ca.pem")
    with pytest.raises(ConfigurationError, match=f"/nowhere/ca.pem that {variable} names does not exist"):
        call()({"configuration": {"access_token": "t", "base_url": "https://127.0.0.1:9"}})


def test_an_answer_that_cannot_be_unpacked_is_called_so(httpserver, monkeypatch):
    httpserver.expect_request("/x").respond_with_data(b"no gzip", headers={"Content-Encoding": "gzip"})
    with pytest.raises(adaptor.AdaptorError, match="cannot be unpacked") as caught:
        http.post(httpserver.url_for("/x"), body={"a": 1})({})
    assert caught.value.sent == "unknown"


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
