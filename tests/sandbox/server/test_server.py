import json
import socket
import threading
from urllib.parse import urlsplit

import pytest

ANA = "6543210987654321"


def connect(caller):
    address = urlsplit(caller.sandbox.url)
    return socket.create_connection((address.hostname, address.port), timeout=60)


def request(caller, body, *headers):
    lines = [
        "POST /v26.0/me/messages HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {caller.sandbox.access_token}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def read_answer(stream):
    status = int(stream.readline().split()[1])
    headers = {}
    while (line := stream.readline().strip()) != b"":
        name, _, value = line.partition(b":")
        headers[name.decode().lower()] = value.strip().decode()
    return status, headers, stream.read(int(headers["content-length"]))


BODY = json.dumps({"recipient": {"id": ANA}, "message": {"text": "hi"}}).encode()


def test_one_connection_carries_many_requests_good_and_bad(caller):
    with connect(caller) as connection, connection.makefile("rb") as stream:
        for body, expected in ((BODY, 200), (b"{", 400), (BODY, 200)):
            connection.sendall(request(caller, body, "Content-Type: application/json", f"Content-Length: {len(body)}"))
            status, headers, _ = read_answer(stream)
            assert (status, headers["connection"]) == (expected, "keep-alive")


def test_a_body_that_nobody_needed_is_not_taken_for_the_next_request(caller):
    with connect(caller) as connection, connection.makefile("rb") as stream:
        huge = b'{"message": "' + b"x" * 6_000_000 + b'"}'
        connection.sendall(request(caller, huge, "Content-Type: application/json", f"Content-Length: {len(huge)}"))
        assert read_answer(stream)[0] == 400
        connection.sendall(request(caller, BODY, "Content-Type: application/json", f"Content-Length: {len(BODY)}"))
        assert read_answer(stream)[0] == 200


def test_it_reads_bodies_that_come_in_chunks(caller):
    chunks = b"".join(b"%x;x=y\r\n%b\r\n" % (len(part), part) for part in (BODY[:7], BODY[7:]))
    with connect(caller) as connection, connection.makefile("rb") as stream:
        for _ in range(2):
            connection.sendall(
                request(
                    caller,
                    chunks + b"0\r\nTrailer: x\r\n\r\n",
                    "Content-Type: application/json",
                    "Transfer-Encoding: chunked",
                )
            )
            assert read_answer(stream)[0] == 200
    assert len(caller.sandbox.messages) == 2


def test_a_sender_who_vanishes_in_the_middle_sends_nothing(caller):
    with connect(caller) as connection:
        connection.sendall(request(caller, BODY[:9], "Content-Type: application/json", "Content-Length: 900"))
    with connect(caller) as connection, connection.makefile("rb") as stream:
        connection.sendall(request(caller, b"5\r\n{", "Transfer-Encoding: chunked"))
        connection.shutdown(socket.SHUT_WR)
        assert stream.read() == b""
    assert caller.sandbox.messages == []


def test_head_gets_the_headers_alone(caller):
    response = caller.request("HEAD", "/v26.0/me")
    assert response.content == b""
    assert caller.get("/v26.0/me").status_code == 200


def test_many_senders_at_once_lose_nothing(visit):
    caller = visit(people=None)
    names = [str(10**15 + number) for number in range(8)]
    body = b"".join(
        request(caller, BODY, "Content-Type: application/json", f"Content-Length: {len(BODY)}") for _ in range(25)
    )
    answers = []

    def work(psid):
        with connect(caller) as connection, connection.makefile("rb") as stream:
            connection.sendall(body.replace(ANA.encode(), psid.encode()))
            answers.extend(json.loads(read_answer(stream)[2]) for _ in range(25))

    threads = [threading.Thread(target=work, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({answer["message_id"] for answer in answers}) == 200
    assert {name: len(caller.sandbox.sent_to(name)) for name in names} == dict.fromkeys(names, 25)


def test_nothing_is_written_to_stderr(caller, capfd):
    caller.send({"text": "hi"})
    caller.get("/nothing")
    assert capfd.readouterr().err == ""


def test_a_fault_of_the_sandbox_itself_is_answered_and_logged(caller, faults, monkeypatch):
    monkeypatch.setattr("adaptor.sandbox.server.dispatch.route", lambda call, page: 1 / 0)
    response = caller.send({"text": "hi"})
    assert (response.status_code, response.json()["error"]["code"]) == (500, 1)
    assert response.json()["error"]["is_transient"] is True
    (fault,) = faults
    assert "Traceback" in fault
    assert "ZeroDivisionError" in fault
    faults.clear()


@pytest.mark.parametrize("path", ["/me", "/sandbox/people"])
def test_a_fault_outside_a_call_is_answered_and_logged_too(caller, faults, monkeypatch, path):
    monkeypatch.setattr("adaptor.sandbox.server.api.read_parameters", lambda *given: 1 / 0)
    monkeypatch.setattr("adaptor.sandbox.chat.site.show_people", lambda *given: 1 / 0)
    response = caller.get(path)
    assert (response.status_code, response.json()["error"]["code"]) == (500, 1)
    assert response.headers["Connection"] == "close"
    assert "ZeroDivisionError" in faults[0]
    faults.clear()
    monkeypatch.undo()
    assert caller.get(path).status_code == 200
