import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from adaptor.sandbox.rules.access import prove

ANA = "6543210987654321"


def part(text="hi", psid=ANA, **others):
    recipient, message = quote(json.dumps({"id": psid})), quote(json.dumps({"text": text}))
    return {
        "method": "POST",
        "relative_url": "me/messages",
        "body": f"recipient={recipient}&message={message}",
        **others,
    }


def send(caller, parts, **others):
    return caller.request("POST", "/v26.0/", json={"batch": parts, **others})


def bodies(response):
    return [result and json.loads(result["body"]) for result in response.json()]


def test_every_part_is_answered_on_its_own_and_in_order(caller):
    caller.sandbox.add_person("2", blocked=True)
    response = send(caller, [part("one"), part("two", "2"), part(""), part("three")])
    assert response.status_code == 200
    assert [result["code"] for result in response.json()] == [200, 400, 400, 200]
    found = bodies(response)
    assert [found[1]["error"]["code"], found[2]["error"]["error_subcode"]] == [551, 2018034]
    assert [message.text for message in caller.sandbox.messages] == ["one", "three"]
    assert [found[0]["message_id"], found[3]["message_id"]] == [message.id for message in caller.sandbox.messages]


@pytest.mark.parametrize(
    "options",
    [
        {"json": {"batch": [part()]}},
        {"json": {"batch": json.dumps([part()])}},
        {"data": {"batch": json.dumps([part()])}},
        {"files": {"batch": (None, json.dumps([part()]))}},
        {"params": {"batch": json.dumps([part()])}},
    ],
    ids=["array", "text in JSON", "form", "multipart", "query"],
)
@pytest.mark.parametrize("path", ["/", "/v26.0", "/v26.0/"])
def test_a_batch_may_come_in_any_encoding(caller, options, path):
    assert [result["code"] for result in caller.request("POST", path, **options).json()] == [200]


def test_part_headers_are_there_unless_they_are_not_wanted(caller):
    (result,) = send(caller, [part()]).json()
    assert result["headers"][0] == {"name": "Content-Type", "value": "text/javascript; charset=UTF-8"}
    for wish in (False, "false"):
        assert list(send(caller, [part()], include_headers=wish).json()[0]) == ["code", "body"]


def test_a_refused_part_carries_its_challenge(caller):
    (result,) = send(caller, [part("")]).json()
    assert "WWW-Authenticate" in {header["name"] for header in result["headers"]}


def test_fifty_parts_are_taken_and_fifty_one_are_not(caller, code):
    assert len(send(caller, [part()] * 50).json()) == 50
    response = send(caller, [part()] * 51)
    assert response.json()["error"]["type"] == "GraphBatchException"
    assert "Maximum batch size is 50" in response.json()["error"]["message"]
    assert len(caller.sandbox.messages) == 50


@pytest.mark.parametrize("batch", [[], "x", {}, [1], "[", None])
def test_what_is_no_batch_is_refused_as_a_whole(caller, code, batch):
    assert code(send(caller, batch)) == (100, None)


@pytest.mark.parametrize(
    "broken",
    [
        {"method": "POST"},
        {"relative_url": "me/messages"},
        {"method": "FETCH", "relative_url": "me"},
        {"method": "POST", "relative_url": "me/messages", "body": {"recipient": {"id": ANA}}},
        {"method": "POST", "relative_url": "", "body": "batch=[]"},
        {"method": "POST", "relative_url": "me/messages", "attached_files": "nothing"},
        {"method": "GET", "relative_url": "nowhere/at/all"},
        {"method": "GET", "relative_url": "me?pretty=1"},
    ],
)
def test_a_broken_part_harms_no_other(caller, broken):
    response = send(caller, [broken, part()])
    assert [result["code"] for result in response.json()] == [400, 200]


def test_a_part_may_name_its_version_and_start_with_a_slash(caller):
    results = send(
        caller, [{"method": "GET", "relative_url": url} for url in ("me", "/me", "v25.0/me", "/v25.0/me?fields=id")]
    )
    assert [json.loads(each["body"])["id"] for each in results.json()] == [caller.sandbox.page_id] * 4


def test_a_part_may_ask_for_several_objects_in_old_versions(visit):
    caller = visit(now=lambda: datetime(2026, 10, 26, 12, 0, tzinfo=UTC))
    caller.sandbox.person_writes(ANA, "hi")
    conversation = caller.get("/me/conversations").json()["data"][0]["id"]
    (result,) = send(caller, [{"method": "GET", "relative_url": f"v25.0/?ids={conversation}&fields=snippet"}]).json()
    assert json.loads(result["body"]) == {conversation: {"snippet": "hi", "id": conversation}}


def test_a_later_part_uses_what_an_earlier_one_gave(caller):
    create = {
        "method": "POST",
        "relative_url": "me/custom_labels",
        "body": "page_label_name=vip",
        "name": "label",
    }
    assign = {"method": "POST", "relative_url": "{result=label:$.id}/label", "body": f"user={ANA}"}
    results = send(caller, [create, assign]).json()
    # The answer that was used is left out, as nobody asks for it twice.
    assert results[0] is None
    assert json.loads(results[1]["body"]) == {"success": True}
    assert [each["page_label_name"] for each in caller.get(f"/{ANA}/custom_labels").json()["data"]] == ["vip"]


def test_an_answer_that_was_used_is_shown_on_request(caller):
    first = {"method": "GET", "relative_url": "me", "name": "page", "omit_response_on_success": False}
    second = {"method": "GET", "relative_url": "{result=page:$.id}?fields=name"}
    assert [each["code"] for each in send(caller, [first, second]).json()] == [200, 200]


def test_a_reference_in_an_encoded_body_is_filled_in(caller):
    upload = {
        "method": "POST",
        "relative_url": "me/message_attachments",
        "body": "message=" + quote('{"attachment":{"type":"image","payload":{"url":"https://e.org/a.png"}}}'),
        "name": "picture",
    }
    message = '{"attachment":{"type":"image","payload":{"attachment_id":"{result=picture:$.attachment_id}"}}}'
    use = {
        "method": "POST",
        "relative_url": "me/messages",
        "body": f"recipient={quote(json.dumps({'id': ANA}))}&message={quote(message)}",
    }
    assert send(caller, [upload, use]).json()[1]["code"] == 200
    (sent,) = caller.sandbox.messages
    assert sent.payload["attachment"]["payload"]["attachment_id"] in caller.sandbox._page.attachments


def test_a_part_that_builds_on_a_failed_one_is_not_carried_out(caller):
    results = send(caller, [part("", name="first"), part("second", depends_on="first")]).json()
    assert results[0]["code"] == 400
    assert results[1] is None
    assert caller.sandbox.messages == []


def test_a_part_may_wait_for_a_later_one_but_not_for_itself(caller):
    results = send(caller, [part("second", depends_on="first"), part("first", name="first")]).json()
    assert [message.text for message in caller.sandbox.messages] == ["first", "second"]
    assert [result and result["code"] for result in results] == [200, None]
    circle = [part("a", name="a", depends_on="b"), part("b", name="b", depends_on="a")]
    assert any(result and result["code"] == 400 for result in send(caller, circle).json())
    assert send(caller, [part("x", depends_on="nobody")]).json()[0]["code"] == 400


def test_files_reach_the_part_that_names_them(caller):
    def upload(name):
        message = quote(json.dumps({"attachment": {"type": "image", "payload": {}}}))
        body = f"recipient={quote(json.dumps({'id': ANA}))}&message={message}"
        return {"method": "POST", "relative_url": "me/messages", "body": body, "attached_files": name}

    files = {"one": ("a.png", b"aa", "image/png"), "two": ("b.png", b"bbb", "image/png")}
    batch = json.dumps([upload("two"), upload("one")])
    assert [each["code"] for each in caller.request("POST", "/", data={"batch": batch}, files=files).json()] == [
        200
    ] * 2
    assert [message.files[0].name for message in caller.sandbox.messages] == ["b.png", "a.png"]


def test_a_part_may_have_a_token_of_its_own(caller):
    del caller.session.headers["Authorization"]
    token = caller.sandbox.access_token
    own = {"method": "GET", "relative_url": f"me?access_token={token}"}
    other = {"method": "GET", "relative_url": "me", "access_token": "wrong"}
    results = send(caller, [own, {**own, "relative_url": "me"}, other]).json()
    errors = [json.loads(each["body"]).get("error", {}).get("code") for each in results]
    assert errors == [None, 2500, 190]
    assert [each["code"] for each in send(caller, [own], access_token=token).json()] == [200]


def test_a_wrong_token_refuses_the_whole_batch(caller, code):
    caller.session.headers["Authorization"] = "Bearer wrong"
    assert code(send(caller, [part()])) == (190, None)


def test_the_proof_of_the_whole_holds_for_its_token_and_no_other(visit):
    caller = visit(access_token="t", app_secret="s", require_proof=True)
    app = {"method": "GET", "relative_url": f"me?access_token={caller.sandbox.user_token}"}
    proven = {
        "method": "GET",
        "relative_url": f"{app['relative_url']}&appsecret_proof={prove('s', caller.sandbox.user_token)}",
    }
    response = send(caller, [part(), app, proven], appsecret_proof=prove("s", "t"))
    assert [result["code"] for result in response.json()] == [200, 400, 200]


def test_no_record_of_a_batch_keeps_a_token(caller):
    token = caller.sandbox.access_token
    send(
        caller,
        [{"method": "GET", "relative_url": f"me?access_token={token}"}, part(access_token=token)],
        access_token=token,
    )
    assert token not in repr(caller.sandbox._page.exchanges)
    assert token not in repr(caller.sandbox.messages)
