"""What Meta has removed from the protocol is refused, in the right versions and from the right day on."""

from datetime import UTC, datetime

import pytest

#: A request for each feature, and the first day on which v25.0 has it no more.
OF_V26 = datetime(2026, 10, 27, tzinfo=UTC)
OF_V27 = datetime(2026, 11, 4, tzinfo=UTC)
REMOVED = [
    ("GET", "/me", {"pretty": "1"}, OF_V26),
    ("GET", "/me", {"debug": "all"}, OF_V26),
    ("GET", "/me/conversations", {"date_format": "U"}, OF_V26),
    ("GET", "/", {"ids": "102030405060708"}, OF_V26),
    ("POST", "/me/personas", {"method": "get"}, OF_V27),
    ("GET", "/me", {"callback": "show"}, OF_V27),
    ("GET", "/me", {"fields": "name.as(title)"}, OF_V27),
    ("POST", "/", {"asyncbatch": "[]"}, OF_V27),
]
NAMES = [next(iter(query)) for _, _, query, _ in REMOVED]


def ask(caller, method, path, query):
    response = caller.request(method, path, params=query)
    return response.json().get("error", {}).get("message", "")


@pytest.mark.parametrize(("method", "path", "query", "day"), REMOVED, ids=NAMES)
def test_a_removed_feature_is_refused_from_its_day_on_in_every_version(visit, method, path, query, day):
    for version in ("", "/v21.0", "/v25.0", "/v27.0", "/v28.0"):
        assert "The Graph API no longer has " in ask(visit(now=lambda: day), method, version + path, query)


@pytest.mark.parametrize(("method", "path", "query", "day"), REMOVED, ids=NAMES)
def test_before_that_day_old_versions_have_it(visit, method, path, query, day):
    eve = visit(now=lambda: datetime.fromtimestamp(day.timestamp() - 1, UTC))
    assert "no longer has" not in ask(eve, method, f"/v25.0{path}", query)
    assert ("no longer has" in ask(eve, method, f"/v26.0{path}", query)) == (day == OF_V26)


def test_a_batch_is_refused_for_it_and_so_is_a_part(caller, code):
    parts = '[{"method":"GET","relative_url":"me?pretty=1"},{"method":"GET","relative_url":"me"}]'
    first, second = caller.request("POST", "/", data={"batch": parts}).json()
    assert (first["code"], second["code"]) == (400, 200)
    assert code(caller.request("POST", "/", data={"batch": parts, "debug": "all"})) == (100, None)


def test_nothing_is_carried_out(caller):
    made = caller.request("POST", "/me/custom_labels", data={"name": "vip", "pretty": "1"})
    assert made.status_code == 400
    assert caller.get("/me/custom_labels").json() == {"data": []}
