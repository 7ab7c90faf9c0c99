from urllib.parse import parse_qs, urlsplit

import pytest


@pytest.fixture
def labels(caller):
    for number in range(7):
        caller.request("POST", "/me/custom_labels", params={"name": f"label {number}"})
    return caller


def read(caller, **query):
    answer = caller.get("/v25.0/me/custom_labels", params=query).json()
    return [each["page_label_name"][-1] for each in answer["data"]], answer.get("paging", {})


def test_pages_are_gone_through_forwards_and_backwards(labels):
    first, paging = read(labels, limit=3)
    assert (first, "previous" in paging) == (["0", "1", "2"], False)
    second, paging = read(labels, limit=3, after=paging["cursors"]["after"])
    assert second == ["3", "4", "5"]
    assert {"next", "previous"} < set(paging)
    last, end = read(labels, limit=3, after=paging["cursors"]["after"])
    assert (last, "next" in end) == (["6"], False)
    back, paging = read(labels, limit=3, before=paging["cursors"]["before"])
    assert (back, "previous" in paging) == (["0", "1", "2"], False)


def test_the_next_address_is_whole(labels):
    _, paging = read(labels, limit=2, fields="page_label_name")
    address = urlsplit(paging["next"])
    assert f"{address.scheme}://{address.netloc}" == labels.sandbox.url
    assert address.path == f"/v25.0/{labels.sandbox.page_id}/custom_labels"
    query = {key: values[0] for key, values in parse_qs(address.query).items()}
    assert query == {
        "access_token": labels.sandbox.access_token,
        "fields": "page_label_name",
        "limit": "2",
        "after": paging["cursors"]["after"],
    }


def test_what_comes_and_goes_meanwhile_moves_nobody(labels):
    _, paging = read(labels, limit=3)
    (first, *_) = labels.get("/me/custom_labels").json()["data"]
    labels.request("DELETE", f"/{first['id']}")
    assert read(labels, limit=2, after=paging["cursors"]["after"])[0] == ["3", "4"]


def test_a_page_may_be_empty_and_still_have_a_next(caller):
    for number in range(4):
        caller.sandbox.person_writes(str(number), "hi")
    for psid in ("2", "3"):
        caller.request("POST", "/me/moderate_conversations", json={"user_ids": [psid], "actions": ["MOVE_TO_SPAM"]})
    answer = caller.get("/me/conversations", params={"folder": "inbox", "limit": 2}).json()
    assert answer["data"] == []
    assert len(caller.session.get(answer["paging"]["next"], timeout=60).json()["data"]) == 2


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "-1"}, {"limit": "x"}, {"after": "%%%"}, {"before": "é"}])
def test_what_is_no_page_is_refused(labels, code, query):
    assert code(labels.get("/me/custom_labels", params=query)) == (100, None)


def test_a_cursor_that_leads_nowhere_is_the_end(labels):
    assert read(labels, after="eA") == ([], {})
    assert read(labels, before="eA") == ([], {})


def test_a_hundred_is_the_most(caller):
    for number in range(105):
        caller.request("POST", "/me/custom_labels", params={"name": f"{number}"})
    assert len(read(caller, limit=5000)[0]) == 100
