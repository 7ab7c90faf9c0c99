"""Answers as Meta and other systems were seen to give them: what each says of what was sent."""

import json

import pytest
from werkzeug import Response

import adaptor
from adaptor import InvalidMessage, broadcast, http, quick_reply, send_file, send_text, state

PEOPLE = ["6543210987654321", "6543210987654322", "6543210987654323"]


def refusal(code, subcode=None, **more):
    return {"error": {"message": "(#0) No.", "type": "OAuthException", "code": code, "error_subcode": subcode, **more}}


#: What the part of the second person is answered with: its status and body, and how its message ends.
PARTS = {
    "blocked the Page": (400, refusal(551, 1545041), "RecipientUnavailable", "no", "person"),
    "the same under 200": (403, refusal(200, 1545041), "RecipientUnavailable", "no", "person"),
    "outside the window": (400, refusal(10, 2018278), "WindowClosed", "no", "person"),
    "outside the window, with 403": (403, refusal(10, 2018278), "WindowClosed", "no", "person"),
    "outside the window, in other words": (400, refusal(10, 2018065), "WindowClosed", "no", "person"),
    "no profile, under 100": (400, refusal(100, 2018218), "InvalidRequest", "no", "person"),
    "a thread of another app, under 100": (400, refusal(100, 2018300), "InvalidRequest", "no", "person"),
    "a type that is not taken": (400, refusal(546), "InvalidRequest", "no", "row"),
    "a refusal that no table has": (400, refusal(987654), "GraphError", "no", "row"),
    "one that may pass": (400, refusal(987654, is_transient=True), "GraphError", "unknown", "row"),
    "an error that no table has, with 200": (200, refusal(987654), "GraphError", "unknown", "row"),
    "an error that no table has, with 500": (500, refusal(987654), "GraphError", "unknown", "row"),
    "a bare 1": (400, refusal(1), "TemporaryFailure", "unknown", "row"),
    "a bare 2": (400, refusal(2, is_transient=True), "TemporaryFailure", "unknown", "row"),
    "1200": (400, refusal(1200, 2018024), "TemporaryFailure", "unknown", "row"),
    "sent all the same": (400, refusal(1, 1357046), "TemporaryFailure", "unknown", "row"),
    "a small subcode is no code": (400, refusal(100, 4), "InvalidRequest", "no", "row"),
    "another small one": (400, refusal(100, 2), "InvalidRequest", "no", "row"),
    "no answer": (None, None, "DeliveryUnknown", "unknown", "row"),
    "half an answer": (200, {"message_id": ""}, "DeliveryUnknown", "unknown", "row"),
}


def part(index, status=200, body=None):
    answer = body if body is not None else {"recipient_id": PEOPLE[index], "message_id": f"m_{index}"}
    return {"code": status, "headers": [], "body": json.dumps(answer)}


@pytest.mark.parametrize("make", ["batch", "broadcast"])
@pytest.mark.parametrize("what", PARTS)
def test_the_answer_to_one_part_is_of_that_part_alone(httpserver, noted, make, what):
    status, body, name, sent, about = PARTS[what]
    middle = None if status is None else part(1, status, body)
    httpserver.expect_request("/v26.0/", method="POST").respond_with_json([part(0), middle, part(2)])
    operation = {
        "batch": adaptor.batch(*[send_text(person, "Hello") for person in PEOPLE], fail=True),
        "broadcast": broadcast(PEOPLE, send_text(state.data, "Hello"), fail=True),
    }[make]
    outcomes, raised = noted(operation)
    assert outcomes == ["sent", "failed" if sent == "no" else "unknown", "sent"]
    failed = raised.details["failed"] if isinstance(raised.details, dict) else raised.details
    assert [(each["error"]["name"], each["sent"], each["about"]) for each in failed] == [(name, sent, about)]
    assert len(httpserver.log) == 1


WHOLE = {
    "too few parts": json.dumps([part(0)]),
    "too many parts": json.dumps([part(0)] * 4),
    "no list": json.dumps({"0": part(0)}),
    "nothing": "",
    "no json": "<html>",
}


@pytest.mark.parametrize("what", WHOLE)
def test_a_batch_that_is_not_answered_as_one_is_unknown_and_not_sent_again(httpserver, noted, what):
    httpserver.expect_request("/v26.0/", method="POST").respond_with_data(WHOLE[what], content_type="application/json")
    outcomes, _ = noted(adaptor.batch(*[send_text(person, "Hello") for person in PEOPLE]))
    assert outcomes == ["unknown"] * 3
    assert len(httpserver.log) == 1


def test_parts_that_are_objects_and_not_texts_are_read_too(httpserver, noted):
    parts = [{**part(index), "body": json.loads(part(index)["body"])} for index in range(3)]
    httpserver.expect_request("/v26.0/", method="POST").respond_with_json(parts)
    assert noted(adaptor.batch(*[send_text(person, "Hello") for person in PEOPLE])) == (["sent"] * 3, None)


NAMES = ["Rundschreiben März.pdf", "写真.pdf", "📎.pdf", 'a "b".pdf', "a\nb.pdf", "a; b.pdf"]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_may_have_a_name_of_any_script(noted, sandbox, tmp_path, name):
    (tmp_path / name).write_bytes(b"%PDF")
    outcomes, raised = noted(send_file(PEOPLE[0], tmp_path / name), sandbox)
    assert (outcomes, raised) == (["sent"], None)


@pytest.mark.parametrize("tag", ["CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE", "ACCOUNT_UPDATE"])
def test_a_tag_that_has_ended_is_refused_with_what_takes_its_place(tag):
    with pytest.raises(InvalidMessage) as caught:
        send_text(PEOPLE[0], "Hello", messaging_type="MESSAGE_TAG", tag=tag)
    assert "2026" in str(caught.value)
    assert "send_utility" in caught.value.fix


def test_titles_of_quick_replies_are_counted_in_characters():
    assert quick_reply("😀" * 20)["title"] == "😀" * 20
    with pytest.raises(InvalidMessage, match="21"):
        quick_reply("a" * 21)
    with pytest.raises(InvalidMessage, match="14"):
        send_text(PEOPLE[0], "Hello", quick_replies=[quick_reply(str(n)) for n in range(14)])


def test_a_server_that_closes_after_each_answer_leaves_nothing_unknown(noted, wire, moves):
    text = b'{"recipient_id": "6543210987654321", "message_id": "m_1"}'
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text)
    server = wire(moves.say_and_close(answer))
    given = {"configuration": {"access_token": "t", "base_url": server.url}}
    outcomes, raised = noted(lambda _: [send_text(PEOPLE[0], f"{n}")(given) for n in range(3)])
    assert (outcomes, raised) == (["sent"] * 3, None)


#: To a write of another system: the answer's status, and what it says of the write.
WRITES = {200: None, 302: "unknown", 307: "no", 308: "no", 400: "no", 429: "no", 500: "unknown", 503: "unknown"}


@pytest.mark.parametrize("status", WRITES)
def test_a_write_to_another_system_is_made_once_whatever_is_answered(httpserver, noted, status):
    headers = {"Location": "/elsewhere?api_key=abc", "Retry-After": "0"}
    httpserver.expect_request("/visits").respond_with_data("{}", status=status, headers=headers)
    outcomes, raised = noted(http.post(httpserver.url_for("/visits"), body={"a": 1}))
    sent = WRITES[status]
    assert outcomes == ["sent" if sent is None else "failed" if sent == "no" else "unknown"]
    assert getattr(raised, "sent", None) == sent
    assert len(httpserver.log) == 1
    if 300 <= status < 400:
        assert "/elsewhere" in raised.fix
        assert "abc" not in raised.fix


@pytest.mark.parametrize("asked", ["0", "Fri, 27 Nov 2026 00:00:00 GMT", "-5", "soon"])
def test_a_read_that_another_system_puts_off_is_made_again(httpserver, asked, monkeypatch):
    monkeypatch.setattr("adaptor.wire.retry.FIRST_WAIT_SECONDS", 0.01)
    for status in (503, 429):
        httpserver.expect_ordered_request("/rows").respond_with_response(
            Response(status=status, headers={"Retry-After": asked})
        )
    httpserver.expect_ordered_request("/rows").respond_with_json([1])
    assert http.get(httpserver.url_for("/rows"))({})["data"] == [1]
