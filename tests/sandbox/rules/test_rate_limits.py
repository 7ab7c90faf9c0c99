import json
from datetime import UTC, datetime

import pytest

ANA = "6543210987654321"


@pytest.fixture
def strict(visit):
    noon = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    return visit(now=lambda: noon, rate_limits=True)


def usage(response, page):
    return json.loads(response.headers["x-business-use-case-usage"])[page][0]


def many(call, code, count):
    found = [code(call()) for _ in range(count)]
    return found.count(("ok",)), set(found) - {("ok",)}


def test_limits_are_off_unless_they_are_asked_for(caller, code):
    assert many(lambda: caller.get("/me/conversations"), code, 30) == (30, set())
    assert usage(caller.get("/me"), caller.sandbox.page_id)["call_count"] == 1


def test_conversations_are_read_twice_a_second(strict, code):
    assert many(lambda: strict.get("/me/conversations"), code, 5) == (2, {(613, None)})
    strict.sandbox.advance(seconds=1)
    assert code(strict.get("/me/conversations")) == ("ok",)


def test_the_profile_is_called_ten_times_in_ten_minutes(strict, code):
    def read():
        return strict.get("/me/messenger_profile", params={"fields": "greeting"})

    assert many(read, code, 12) == (10, {(613, None)})
    strict.sandbox.advance(minutes=10)
    assert code(read()) == ("ok",)


def test_audio_and_video_have_a_limit_of_their_own(strict, code):
    video = {"attachment": {"type": "video", "payload": {"url": "https://example.com/a.mp4"}}}
    assert many(lambda: strict.send(video), code, 12) == (10, {(613, None)})
    assert code(strict.send({"text": "hi"})) == ("ok",)


def test_messages_have_the_limit_that_was_set(visit, code):
    caller = visit(now=lambda: datetime(2026, 11, 20, tzinfo=UTC), rate_limits={"messages_per_second": 3})
    assert many(lambda: caller.send({"text": "hi"}), code, 5) == (3, {(613, None)})
    caller.sandbox.limit_rates(False)
    assert code(caller.send({"text": "hi"})) == ("ok",)


@pytest.mark.long
def test_the_day_is_used_up_by_200_calls_for_each_person(visit, code):
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    caller = visit(now=lambda: now, people=[{"id": "1"}, {"id": "2", "last_message_hours_ago": None}], rate_limits=True)
    seen = []
    for _ in range(200):
        seen.append(usage(caller.send({"text": "hi"}, psid="1"), caller.sandbox.page_id)["call_count"])
    assert seen == sorted(seen)
    assert (seen[0], seen[99], seen[-1]) == (1, 50, 100)
    response = caller.send({"text": "hi"}, psid="1")
    assert code(response) == (80006, None)
    assert usage(response, caller.sandbox.page_id)["estimated_time_to_regain_access"] == 24 * 60
    caller.sandbox.person_writes("2", "I am here, too")
    assert code(caller.send({"text": "hi"}, psid="1")) == ("ok",)


def test_every_part_of_a_batch_counts(visit):
    caller = visit(now=lambda: datetime(2026, 11, 20, tzinfo=UTC), rate_limits={"messages_per_second": 2})
    body = "recipient=%7B%22id%22%3A%221%22%7D&message=%7B%22text%22%3A%22hi%22%7D"
    parts = [{"method": "POST", "relative_url": "me/messages", "body": body}] * 3
    assert [part["code"] for part in caller.request("POST", "/", json={"batch": parts}).json()] == [200, 200, 400]


def test_calls_of_the_app_have_the_limit_of_the_platform(visit, code):
    settings = {"people": [{"id": "1"}], "rate_limits": {"platform_calls_per_user": 4}}
    caller = visit(now=lambda: datetime(2026, 11, 20, tzinfo=UTC), **settings)
    token = {"Authorization": f"Bearer {caller.sandbox.app_token}"}
    answers = [caller.get("/app", headers=token) for _ in range(5)]
    assert [code(answer) for answer in answers] == [("ok",)] * 4 + [(4, None)]
    assert [json.loads(answer.headers["x-app-usage"])["call_count"] for answer in answers[:4]] == [25, 50, 75, 100]
    caller.sandbox.advance(hours=1)
    assert code(caller.get("/app", headers=token)) == ("ok",)


@pytest.mark.parametrize("attachment", [{"type": {}}, {"type": []}, {"type": None}, {}, [], "x"])
def test_what_a_call_holds_is_counted_before_it_is_checked(strict, code, attachment):
    assert code(strict.send({"attachment": attachment}))[0] == 100
