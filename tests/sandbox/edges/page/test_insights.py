import pytest

PREFIX = "page_messages_"


def read(caller, metric, **others):
    return caller.get("/v26.0/me/insights", params={"metric": metric, **others})


def test_days_count_what_happened_on_them(visit):
    caller = visit(people=[{"id": "1", "last_message_hours_ago": None}, {"id": "2", "last_message_hours_ago": None}])
    caller.sandbox.person_writes("1", "hi")
    caller.sandbox.person("1").blocks()
    (found,) = read(caller, f"{PREFIX}new_conversations_unique").json()["data"]
    assert found["period"] == "day"
    assert sum(each["value"] for each in found["values"]) == 1
    assert found["id"] == f"{caller.sandbox.page_id}/insights/{PREFIX}new_conversations_unique/day"
    found = read(caller, f"{PREFIX}blocked_conversations_unique,{PREFIX}reported_conversations_unique").json()["data"]
    assert [sum(each["value"] for each in metric["values"]) for metric in found] == [1, 0]


def test_a_range_is_one_figure(caller):
    caller.sandbox.person_writes("1", "hi")
    now = int(caller.sandbox.now().timestamp())
    query = {"period": "total_over_range", "since": now - 86400, "until": now + 86400}
    (found,) = read(caller, f"{PREFIX}total_messaging_connections", **query).json()["data"]
    assert found["values"] == [{"value": 1, "end_time": str(now + 86400)}]


@pytest.mark.parametrize(
    "query",
    [
        {"metric": ""},
        {"metric": "page_likes"},
        {"metric": f"{PREFIX}new_conversations_unique", "period": "decade"},
        {"metric": f"{PREFIX}new_conversations_unique", "since": "x"},
        {"metric": f"{PREFIX}new_conversations_unique", "since": "0001-01-01T00:00:00+23:00"},
        {"metric": f"{PREFIX}new_conversations_unique", "until": "9999-12-31"},
        {"metric": f"{PREFIX}new_conversations_unique", "until": "0001-01-01"},
        {"metric": f"{PREFIX}new_conversations_unique", "since": 200, "until": 100},
        {"metric": f"{PREFIX}new_conversations_unique", "since": "2020-01-01", "until": "2026-01-01"},
    ],
)
def test_what_cannot_be_counted_is_refused(caller, code, query):
    assert code(caller.get("/me/insights", params=query)) == (100, None)
