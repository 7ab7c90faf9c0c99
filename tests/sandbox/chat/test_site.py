import json
import re
import threading

import pytest
import requests

from adaptor.sandbox import Sandbox
from adaptor.sandbox.chat.site import STATIC

from .conftest import ANA


def test_the_page_is_html_with_a_strict_policy(visitor):
    policy = visitor.html.headers["Content-Security-Policy"]
    assert visitor.html.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy
    assert visitor.html.headers["X-Content-Type-Options"] == "nosniff"
    assert visitor.html.headers["Cache-Control"] == "no-store"


def test_the_page_may_load_pictures_from_the_web_where_that_is_asked_for(visitor):
    policy = visitor.session.get(visitor.sandbox.page_url, params={"web": ""}, timeout=60).headers[
        "Content-Security-Policy"
    ]
    assert "img-src 'self' data: http: https:;" in policy
    assert "script-src 'self';" in policy


def test_nothing_on_the_page_names_another_machine(visitor):
    texts = [visitor.html.text]
    texts += [visitor.session.get(f"{visitor.sandbox.page_url}page/{name}", timeout=60).text for name in STATIC]
    found = {url for text in texts for url in re.findall(r"https?://[^\s\"'`)<]+", text)}
    # The namespace of SVG is a name and no address; the other stands in an empty field as an example.
    assert found <= {"http://www.w3.org/2000/svg", "http://127.0.0.1:8000/webhook"}


@pytest.mark.parametrize("name", STATIC)
def test_every_file_of_the_page_is_served_with_its_type(visitor, name):
    answer = visitor.session.get(f"{visitor.sandbox.page_url}page/{name}", timeout=60)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, STATIC[name])
    assert answer.content


@pytest.mark.parametrize("name", ["page/", "page/page.html", "page/../site.py", "page/%2e%2e/site.py", "nothing"])
def test_what_is_no_part_of_the_page_is_not_there(visitor, name):
    assert visitor.session.get(f"{visitor.sandbox.page_url}{name}", timeout=60).status_code == 404


@pytest.mark.parametrize("token", [None, "", "wrong", "é"])
def test_nothing_is_done_without_the_token_of_this_run(visitor, token):
    headers = {} if token is None else {"X-Sandbox-Token": token.encode()}
    answer = visitor.session.post(
        f"{visitor.sandbox.page_url}act", json={"act": "says", "psid": ANA, "text": "hi"}, headers=headers, timeout=10
    )
    assert answer.status_code == 403
    assert "reload it" in answer.json()["problem"]
    assert visitor.sandbox.person(ANA).window_left is not None
    assert visitor.get("room", thread=ANA)["total"] == 0


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "localhost@evil.example"])
def test_a_foreign_name_for_this_machine_gets_nothing(visitor, host):
    for path in ("", "people", "events"):
        answer = requests.get(f"{visitor.sandbox.page_url}{path}", headers={"Host": host}, timeout=60)
        assert answer.status_code == 403
        assert visitor.token not in answer.text


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(visitor, body):
    assert visitor.post("act", data=body).status_code == 400


def test_a_body_that_is_too_large_is_refused(visitor):
    assert visitor.post("act", data=b" " * 300_000).status_code == 413


def test_a_get_changes_nothing(visitor):
    assert visitor.session.get(f"{visitor.sandbox.page_url}act", timeout=60).status_code == 404
    assert visitor.session.put(f"{visitor.sandbox.page_url}act", timeout=60).status_code == 405


def test_no_answer_holds_the_access_token(visitor):
    visitor.send({"text": "hi"})
    visitor.session.get(
        f"{visitor.sandbox.url}/v26.0/me/accounts", params={"access_token": visitor.sandbox.user_token}, timeout=10
    )
    told = [visitor.html.text, *(json.dumps(visitor.get(name, thread=ANA)) for name in ("people", "room", "panel"))]
    for secret in (visitor.sandbox.access_token, visitor.sandbox.app_secret, visitor.sandbox.user_token):
        assert secret not in "".join(told)


def test_the_graph_api_answers_beside_the_page_while_streams_are_open(visitor):
    streams = [visitor.session.get(f"{visitor.sandbox.page_url}events", stream=True, timeout=60) for _ in range(20)]
    try:
        assert visitor.send({"text": "hi"}).startswith("m_")
    finally:
        for stream in streams:
            stream.close()


def test_a_connection_stays_open_for_the_next_question(visitor):
    assert visitor.session.get(visitor.sandbox.page_url, timeout=60).headers["Connection"] == "keep-alive"


def test_stopping_ends_the_streams(visitor):
    stream = visitor.session.get(f"{visitor.sandbox.page_url}events", stream=True, timeout=60)
    lines = stream.iter_lines(chunk_size=1)
    assert next(lines) == b"event: hello"
    ended = threading.Event()
    reading = threading.Thread(target=lambda: (list(lines), ended.set()))
    reading.start()
    visitor.sandbox.stop()
    assert ended.wait(5)
    reading.join(5)


def test_the_page_gives_its_own_token_and_never_one_that_was_given(visitor):
    found = visitor.get("connection")
    assert (found["base_url"], found["access_token"]) == (visitor.sandbox.url, visitor.sandbox.access_token)
    with Sandbox(access_token="EAAG-a-real-one-perhaps") as sandbox:
        answer = visitor.session.get(f"{sandbox.page_url}connection", timeout=60)
    assert answer.json()["access_token"] is None
    assert "EAAG" not in answer.text
