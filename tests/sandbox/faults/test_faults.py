import json
import time

import pytest
import requests

from tests.waiting import PATIENCE

ANA = "6543210987654321"
LOST = requests.ConnectionError


def say(caller, text="hi", psid=ANA):
    return caller.send({"text": text}, psid)


def texts(caller):
    return [message.text for message in caller.sandbox.messages]


@pytest.mark.parametrize("kind", ["lost", "reset"])
@pytest.mark.parametrize("delivered", [False, True])
def test_an_answer_is_lost_before_or_after_delivery(caller, kind, delivered):
    caller.sandbox.faults.next(kind, delivered=delivered)
    with pytest.raises(LOST):
        say(caller, "one")
    assert texts(caller) == (["one"] if delivered else [])
    assert caller.sandbox.refusals == []
    say(caller, "two")
    assert texts(caller)[-1] == "two"


def test_a_reset_is_told_from_a_close(caller):
    caller.sandbox.faults.next("reset")
    with pytest.raises(LOST, match="reset"):
        say(caller)
    caller.sandbox.faults.next("lost")
    with pytest.raises(LOST, match="closed"):
        say(caller)


def test_a_truncated_answer_breaks_off_in_the_middle(caller):
    caller.sandbox.faults.next("truncated")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        say(caller)
    assert texts(caller) == ["hi"]


def test_an_answer_that_is_no_json_is_a_200(caller):
    caller.sandbox.faults.next("invalid_json")
    response = say(caller)
    assert response.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(response.content)
    assert texts(caller) == ["hi"]


def test_a_slow_answer_outlasts_its_reader(caller):
    caller.sandbox.faults.next("slow", seconds=600)
    with pytest.raises(requests.ReadTimeout):
        caller.session.post(
            f"{caller.sandbox.url}/me/messages",
            json={"recipient": {"id": ANA}, "message": {"text": "hi"}},
            timeout=0.1,
        )
    assert texts(caller) == ["hi"]
    started = time.monotonic()
    caller.sandbox.stop()
    assert time.monotonic() - started < PATIENCE


@pytest.mark.parametrize(
    ("code_", "subcode", "status", "transient"),
    [
        (1, None, 500, True),
        (2, None, 500, True),
        (4, None, 400, None),
        (613, None, 400, None),
        (1200, None, 400, None),
        (1200, 2018024, 400, None),
        (1, 1357046, 400, None),
        (190, 463, 400, None),
        (368, None, 400, None),
        (424242, None, 400, None),
    ],
)
@pytest.mark.parametrize("delivered", [False, True])
def test_any_error_can_be_given_whether_the_message_went_out_or_not(
    caller, code, code_, subcode, status, transient, delivered
):
    caller.sandbox.faults.next(code_, subcode=subcode, delivered=delivered)
    response = say(caller)
    assert (code(response), response.status_code) == ((code_, subcode), status)
    assert response.json()["error"].get("is_transient") is transient
    assert len(texts(caller)) == delivered
    assert len(caller.sandbox.refusals) == (not delivered)
    assert say(caller).status_code == 200


#: Code and subcode, with what the message starts with and what it says. Graph writes the code in front of most.
WORDS = [
    (10, 2018278, "(#10) ", "outside of allowed window"),
    (10, 2018065, "(#10) ", "page_messaging_subscriptions"),
    (1200, None, "", "try again later"),
    (1200, 2018024, "(#1200) ", "try again later"),
    (100, 2018001, "", "user found"),
    (190, None, "Invalid OAuth access token", ""),
    (230, None, "", "pages_messaging"),
    (2, None, "", "temporarily unavailable"),
]


def test_an_error_says_what_graph_says_and_is_of_its_type(caller):
    for code_, subcode, start, words in WORDS:
        caller.sandbox.faults.next(code_, subcode=subcode)
        error = say(caller).json()["error"]
        row = f"{code_}/{subcode}: {error}"
        assert error["message"].startswith(start), row
        assert words in error["message"], row
        assert error["type"] == "OAuthException", row
        assert (error["code"], error.get("error_subcode")) == (code_, subcode), row
        assert error["fbtrace_id"], row


def test_the_used_up_day_says_how_many_minutes_to_wait(caller):
    caller.sandbox.faults.next(80006, minutes=7)
    usage = json.loads(say(caller).headers["x-business-use-case-usage"])[caller.sandbox.page_id][0]
    assert (usage["estimated_time_to_regain_access"], usage["call_count"]) == (7, 100)
    usage = json.loads(say(caller).headers["x-business-use-case-usage"])[caller.sandbox.page_id][0]
    assert usage["estimated_time_to_regain_access"] == 0


@pytest.mark.parametrize("delivered", [False, True])
def test_an_error_can_hide_in_a_200(caller, delivered):
    caller.sandbox.faults.next("error_in_200", code=2, delivered=delivered)
    response = say(caller)
    assert (response.status_code, response.json()["error"]["code"]) == (200, 2)
    assert len(texts(caller)) == delivered


@pytest.mark.parametrize("status", [429, 502, 503])
def test_an_error_can_have_any_status(caller, status):
    caller.sandbox.faults.next(4, status=status)
    response = say(caller)
    assert (response.status_code, response.json()["error"]["code"]) == (status, 4)


def test_a_message_of_ones_own(caller):
    caller.sandbox.faults.next(100, message="(#100) No, thank you")
    assert say(caller).json()["error"]["message"] == "(#100) No, thank you"


def test_faults_hit_only_what_they_are_meant_for(caller, code):
    faults = caller.sandbox.faults
    faults.next(613, on="messages", to="2", times=2)
    assert code(caller.get("/me")) == ("ok",)
    assert [code(say(caller, psid=psid)) for psid in ("1", "2", "1", "2", "2")] == [
        ("ok",),
        (613, None),
        ("ok",),
        (613, None),
        ("ok",),
    ]
    faults.next(4, method="GET")
    assert code(say(caller)) == ("ok",)
    assert code(caller.get("/me")) == (4, None)


def test_a_rate_hits_the_same_calls_in_every_run(visit):
    def run(seed):
        caller = visit(faults={"seed": seed, "rates": [{"code": 613, "share": 0.3}]})
        return [say(caller).status_code for _ in range(40)]

    first = run(7)
    assert first == run(7)
    assert first != run(8)
    assert 4 <= first.count(400) <= 20


def test_a_script_says_for_each_call_what_happens(caller, code):
    caller.sandbox.faults.script([None, 1200, {"kind": "lost", "delivered": True}, None])
    assert code(say(caller, "one")) == ("ok",)
    assert code(say(caller, "two")) == (1200, None)
    with pytest.raises(LOST):
        say(caller, "three")
    assert code(say(caller, "four")) == ("ok",)
    assert texts(caller) == ["one", "three", "four"]


def test_what_went_wrong_is_recorded(caller):
    caller.sandbox.faults.next(613)
    say(caller)
    caller.sandbox.faults.next("lost", delivered=True)
    with pytest.raises(LOST):
        say(caller)
    assert caller.sandbox.faults.happened == [
        ("error 613", "POST", "/v26.0/me/messages"),
        ("lost, delivered", "POST", "/v26.0/me/messages"),
    ]
    assert caller.sandbox.requests[-1].fault == "lost, delivered"


@pytest.mark.parametrize("seed", range(5))
def test_what_was_accepted_is_known_whatever_went_wrong(visit, seed):
    caller = visit(faults={"seed": seed})
    for delivered in (False, True):
        for what in ("lost", "reset", "truncated" if delivered else "lost", 1200, 2, 613):
            caller.sandbox.faults.rate(what, 0.08, delivered=delivered)
    answered = []
    for number in range(80):
        try:
            response = say(caller, str(number))
            if response.status_code == 200 and "message_id" in response.json():
                answered.append(str(number))
        except requests.RequestException:
            pass
    happened = [name for name, _, _ in caller.sandbox.faults.happened]
    delivered = sum(name.endswith(", delivered") for name in happened)
    assert len(happened) > delivered > 0
    assert set(answered) < set(texts(caller))
    assert len(texts(caller)) == len(set(texts(caller))) == len(answered) + delivered


def test_faults_can_be_called_off(caller, code):
    caller.sandbox.faults.next("lost")
    caller.sandbox.faults.rate(613, 1.0)
    caller.sandbox.faults.script([1200])
    caller.sandbox.faults.clear()
    assert code(say(caller)) == ("ok",)


def batch(caller, count=3):
    body = "recipient=%7B%22id%22%3A%22{}%22%7D&message=%7B%22text%22%3A%22{}%22%7D"
    parts = [{"method": "POST", "relative_url": "me/messages", "body": body.format(100 + n, n)} for n in range(count)]
    return caller.request("POST", "/", json={"batch": parts})


@pytest.mark.parametrize("delivered", [False, True])
def test_a_part_of_a_batch_is_null(caller, delivered):
    caller.sandbox.faults.next("null_part", to="101", delivered=delivered)
    found = batch(caller).json()
    assert [part and part["code"] for part in found] == [200, None, 200]
    assert texts(caller) == (["0", "1", "2"] if delivered else ["0", "2"])


def test_a_call_of_its_own_is_never_a_null_part(caller, code):
    caller.sandbox.faults.next("null_part")
    caller.sandbox.faults.script(["null_part"])
    assert code(say(caller)) == ("ok",)
    assert batch(caller, 1).json() == [None]


def test_a_part_of_a_batch_is_refused_with_minutes(caller):
    caller.sandbox.faults.next(80006, minutes=3, to="102")
    found = batch(caller).json()
    assert [part["code"] for part in found] == [200, 200, 400]
    headers = {each["name"]: each["value"] for each in found[2]["headers"]}
    assert '"estimated_time_to_regain_access":3' in headers["x-business-use-case-usage"]


def test_a_script_hits_the_part_that_it_names(caller):
    caller.sandbox.faults.script([{"code": 613, "part": 1}, None])
    assert [part["code"] for part in batch(caller).json()] == [200, 400, 200]
    assert [part["code"] for part in batch(caller).json()] == [200, 200, 200]


def test_a_batch_is_carried_out_and_answered_with_an_error(caller, code):
    caller.sandbox.faults.next(1, subcode=1357046, on="batch", delivered=True)
    assert code(batch(caller)) == (1, 1357046)
    assert texts(caller) == ["0", "1", "2"]
    caller.sandbox.faults.next(2, on="batch")
    assert code(batch(caller)) == (2, None)
    assert len(texts(caller)) == 3


@pytest.mark.parametrize("delivered", [False, True])
def test_the_answer_to_a_whole_batch_is_lost(caller, delivered):
    caller.sandbox.faults.next("lost", on="messages", delivered=delivered)
    with pytest.raises(LOST):
        batch(caller)
    assert len(texts(caller)) == (3 if delivered else 0)


def test_a_page_of_a_list_is_empty_and_has_a_next(caller):
    for name in ("one", "two"):
        caller.request("POST", "/me/custom_labels", params={"name": name})
    caller.sandbox.faults.next("empty_page", on="custom_labels")
    first = caller.get("/me/custom_labels", params={"limit": 1}).json()
    assert first["data"] == []
    second = caller.session.get(first["paging"]["next"], timeout=60).json()
    assert [each["name"] if "name" in each else each["page_label_name"] for each in second["data"]] == ["one"]


@pytest.mark.parametrize(
    ("what", "details"),
    [
        ("explosion", {}),
        ("", {}),
        ("lost", {"colour": 1}),
        (True, {}),
    ],
)
def test_a_fault_that_there_is_not_is_refused_at_once(caller, what, details):
    with pytest.raises(ValueError, match=r"fault|truncated"):
        caller.sandbox.faults.next(what, **details)


def test_a_rate_is_a_share(caller):
    with pytest.raises(ValueError, match="between 0 and 1"):
        caller.sandbox.faults.rate("lost", 5)
