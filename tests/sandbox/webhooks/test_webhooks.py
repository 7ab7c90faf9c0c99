import contextlib
import hashlib
import hmac
import json
import threading
import time
from datetime import UTC, datetime

import pytest
from werkzeug import Response

from adaptor.sandbox.webhooks.webhooks import sign

ANA = "6543210987654321"
INBOX = "263902037430900"


class Receiver:
    """A real server that keeps what it is told; it answers with the statuses it was given, then 200."""

    def __init__(self, httpserver):
        self.statuses = []
        self.requests = []
        self.verify_token = "v"
        self._arrived = threading.Condition()
        self.url = httpserver.url_for("/webhook")
        httpserver.expect_request("/webhook", method="GET").respond_with_handler(self._shake)
        httpserver.expect_request("/webhook", method="POST").respond_with_handler(self._take)

    def _shake(self, request):
        if request.args["hub.verify_token"] != self.verify_token:
            return Response("no", 403)
        return Response(request.args["hub.challenge"])

    def _take(self, request):
        with self._arrived:
            self.requests.append((dict(request.headers), request.data))
            self._arrived.notify_all()
        return Response("", self.statuses.pop(0) if self.statuses else 200)

    def until(self, count):
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.requests) >= count, timeout=60)

    @property
    def entries(self):
        return [entry for _, body in self.requests for entry in json.loads(body)["entry"]]

    @property
    def events(self):
        return [item for entry in self.entries for item in entry.get("messaging", [])]


@pytest.fixture
def receiver(httpserver):
    return Receiver(httpserver)


@pytest.fixture
def told(caller, receiver):
    """Somebody who calls a sandbox whose webhooks arrive."""
    caller.sandbox.webhooks.delays = (0.0, 0.0, 0.0)
    caller.sandbox.subscribe(receiver.url, verify_token="v")
    return caller


@pytest.fixture
def hear(told, receiver):
    """Let something happen, and give the one event that is told about it."""

    def listen(key, act):
        assert told.sandbox.webhooks.wait()
        receiver.requests.clear()
        act()
        assert told.sandbox.webhooks.wait()
        (event,) = [event for event in receiver.events if key in event]
        return event

    return listen


def test_the_signature_is_the_one_of_the_published_vector():
    expected = "sha256=f39034b29165ec6a5104d9aef27266484ab26c8caa7bca8bcb2dd02e8be61b17"
    assert sign("sesame", b"hello world")["X-Hub-Signature-256"] == expected


def test_a_message_is_told_signed_over_its_escaped_bytes(told, receiver):
    mid = told.sandbox.person(ANA).says("Björk 😊 a/b")
    told.sandbox.webhooks.wait()
    ((headers, body),) = receiver.requests
    assert rb"Bj\u00f6rk \ud83d\ude0a a\/b" in body
    digest = hmac.new(told.sandbox.app_secret.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == f"sha256={digest}"
    noon = 1795176000000
    assert json.loads(body) == {
        "object": "page",
        "entry": [
            {
                "id": told.sandbox.page_id,
                "time": noon,
                "messaging": [
                    {
                        "sender": {"id": ANA},
                        "recipient": {"id": told.sandbox.page_id},
                        "timestamp": noon,
                        "message": {"mid": mid, "text": "Björk 😊 a/b"},
                    }
                ],
            }
        ],
    }


def test_a_send_is_followed_by_its_echo_its_delivery_and_that_it_was_read(told, receiver):
    mid = told.send({"text": "hi", "metadata": "key 1"}).json()["message_id"]
    told.sandbox.webhooks.wait()
    echo, delivery, read = receiver.events
    assert echo["sender"] == {"id": told.sandbox.page_id}
    assert echo["recipient"] == {"id": ANA}
    app = int(told.sandbox.app_id)
    assert echo["message"] == {"is_echo": True, "app_id": app, "metadata": "key 1", "mid": mid, "text": "hi"}
    assert delivery["delivery"] == {"mids": [mid], "watermark": echo["timestamp"]}
    assert read["read"] == {"watermark": echo["timestamp"]}
    assert read["sender"] == {"id": ANA}


def test_somebody_who_is_away_reads_later(told, receiver):
    told.sandbox.person(ANA).goes_away()
    told.send({"text": "hi"})
    told.sandbox.webhooks.wait()
    assert [key for event in receiver.events for key in ("delivery", "read") if key in event] == ["delivery"]
    told.sandbox.person(ANA).reads()
    told.sandbox.webhooks.wait()
    assert "read" in receiver.events[-1]


def test_a_quick_reply_is_a_message_and_a_button_a_postback(told, hear):
    told.send({"text": "Well?", "quick_replies": [{"content_type": "text", "title": "Yes", "payload": "Y"}]})
    ana = told.sandbox.person(ANA)
    message = hear("message", lambda: ana.taps("Yes"))["message"]
    assert (message["text"], message["quick_reply"]) == ("Yes", {"payload": "Y"})
    buttons = [{"type": "postback", "title": "Go", "payload": "GO"}]
    told.template({"template_type": "button", "text": "Well?", "buttons": buttons})
    postback = hear("postback", lambda: ana.taps("Go"))["postback"]
    assert {key: postback[key] for key in ("title", "payload")} == {"title": "Go", "payload": "GO"}
    assert postback["mid"].startswith("m_")


@pytest.mark.parametrize(
    ("key", "act", "expected"),
    [
        ("reaction", lambda ana, mid: ana.reacts("😢"), {"reaction": "sad", "emoji": "😢", "action": "react"}),
        ("optin", lambda ana, mid: ana.opts_in("ref 1"), {"ref": "ref 1"}),
        (
            "referral",
            lambda ana, mid: ana.follows_link("r", source="ADS", ad_id="6"),
            {"ref": "r", "source": "ADS", "type": "OPEN_THREAD", "ad_id": "6"},
        ),
        ("account_linking", lambda ana, mid: ana.links_account("c"), {"status": "linked", "authorization_code": "c"}),
        ("account_linking", lambda ana, mid: ana.unlinks_account(), {"status": "unlinked"}),
        ("response_feedback", lambda ana, mid: ana.rates(True), {"feedback": "Good response"}),
        ("message_edit", lambda ana, mid: ana.edits("better"), {"text": "better", "num_edit": 1}),
        ("form", lambda ana, mid: ana.submits_form("77"), {"id": "77"}),
        ("order", lambda ana, mid: ana.sends_cart([{"id": "1"}], "soon"), {"products": [{"id": "1"}], "note": "soon"}),
        ("template", lambda ana, mid: ana.uses_coupon("CODE", "P"), {"type": "coupon", "payload": "P"}),
        ("game_play", lambda ana, mid: ana.plays("9", score=4), {"game_id": "9", "score": 4}),
        (
            "messaging_customer_information",
            lambda ana, mid: ana.gives_details({"country": "US"}),
            {"screens": [{"screen_id": "Add address", "responses": [{"key": "country", "value": "US"}]}]},
        ),
        ("message", lambda ana, mid: ana.deletes(), {"is_deleted": True}),
        ("message", lambda ana, mid: ana.says("yes", reply_to=mid), {"reply_to": {"mid": "", "is_self_reply": False}}),
    ],
)
def test_what_people_do_is_told_in_the_form_of_its_field(told, hear, key, act, expected):
    mid = told.send({"text": "hi"}).json()["message_id"]
    ana = told.sandbox.person(ANA)
    ana.says("hello")
    told.sandbox.webhooks.wait()
    found = hear(key, lambda: act(ana, mid))[key]
    if "reply_to" in expected:
        expected = {"reply_to": {"mid": mid, "is_self_reply": False}}
    assert {name: found[name] for name in expected} == expected


def test_feedback_answers_the_question_of_the_template(told, hear):
    told.template(
        {
            "template_type": "customer_feedback",
            "title": "How was it?",
            "feedback_screens": [{"questions": [{"id": "q1", "type": "csat", "score_option": "five_stars"}]}],
            "business_privacy": {"url": "https://example.com"},
        }
    )
    found = hear("messaging_feedback", lambda: told.sandbox.person(ANA).gives_feedback(5, "lovely"))
    answer = {"type": "csat", "payload": "5", "follow_up": {"type": "free_form", "payload": "lovely"}}
    assert found["messaging_feedback"] == {"feedback_screens": [{"screen_id": 0, "questions": {"q1": answer}}]}


@pytest.mark.parametrize(
    ("moment", "types"),
    [(datetime(2026, 8, 1, tzinfo=UTC), ["image", "sticker"]), (datetime(2026, 9, 1, tzinfo=UTC), ["sticker"])],
)
def test_a_sticker_is_told_in_the_form_of_its_date(visit, receiver, moment, types):
    caller = visit(now=lambda: moment)
    caller.sandbox.subscribe(receiver.url, verify_token="v")
    caller.sandbox.person(ANA).sends_sticker(77)
    caller.sandbox.webhooks.wait()
    (event,) = receiver.events
    assert [each["type"] for each in event["message"]["attachments"]] == types
    assert ("sticker_id" in event["message"]) is (len(types) == 2)


def test_control_that_changes_hands_is_told_and_what_follows_stands_by(told, receiver, hear):
    ana = told.sandbox.person(ANA)
    found = hear("pass_thread_control", lambda: told.sandbox.hand_over(ANA, INBOX, metadata="x"))
    assert found["pass_thread_control"] == {
        "previous_owner_app_id": None,
        "new_owner_app_id": INBOX,
        "metadata": "x",
    }
    receiver.requests.clear()
    ana.says("is a human there?")
    told.sandbox.webhooks.wait()
    (entry,) = receiver.entries
    assert "messaging" not in entry
    assert entry["standby"][0]["message"]["text"] == "is a human there?"


def test_what_other_apps_do_with_a_conversation_is_told(told, hear):
    sandbox = told.sandbox
    sandbox.person(ANA).says("hello")
    asked = hear("request_thread_control", lambda: sandbox.ask_for_control(ANA, INBOX, metadata="x"))
    assert asked["request_thread_control"] == {"requested_owner_app_id": INBOX, "metadata": "x"}
    taken = hear("take_thread_control", lambda: sandbox.take_over(ANA, INBOX))["take_thread_control"]
    assert taken == {"previous_owner_app_id": None, "new_owner_app_id": INBOX}
    roles = hear("app_roles", lambda: sandbox.assign_roles({INBOX: ["primary_receiver"]}))
    assert roles["app_roles"] == {INBOX: ["primary_receiver"]}
    assert "sender" not in roles


def test_the_policy_the_labels_and_the_templates_are_told(told, receiver):
    told.sandbox.enforce_policy("block", "too much")
    label = told.request("POST", "/me/custom_labels", params={"name": "vip"}).json()["id"]
    told.request("POST", f"/{label}/label", params={"user": ANA})
    body = {"name": "t", "language": "en", "category": "UTILITY", "components": [{"type": "BODY", "text": "Hello."}]}
    told.request("POST", "/me/message_templates", json=body)
    told.sandbox.webhooks.wait()
    policy, labels, template = receiver.entries
    assert policy["messaging"][0]["policy_enforcement"] == {"action": "block", "reason": "too much"}
    assert "sender" not in policy["messaging"][0]
    assert labels["changes"][0]["field"] == "inbox_labels"
    assert template["changes"][0]["value"]["event"] == "APPROVED"


def test_only_what_is_subscribed_is_told_by_app_and_page(caller, receiver):
    caller.sandbox.subscribe(receiver.url, verify_token="v", fields=["messages"])
    caller.send({"text": "hi"})
    caller.sandbox.person(ANA).says("hello")
    caller.request("DELETE", "/me/subscribed_apps")
    caller.sandbox.person(ANA).says("still there?")
    caller.sandbox.webhooks.wait()
    assert [event["message"]["text"] for event in receiver.events] == ["hello"]


def test_a_subscriber_who_refuses_the_handshake_is_told_so(caller, receiver):
    from adaptor.sandbox import SandboxError

    with pytest.raises(SandboxError, match="403"):
        caller.sandbox.subscribe(receiver.url, verify_token="wrong")


def test_a_webhook_is_tried_again_until_it_is_taken(told, receiver):
    receiver.statuses = [500, 503]
    told.sandbox.person(ANA).says("hello")
    assert told.sandbox.webhooks.wait()
    assert len(receiver.requests) == 3
    assert len({body for _, body in receiver.requests}) == 1
    deliveries = told.sandbox.webhooks.deliveries
    assert [(each.attempt, each.status) for each in deliveries] == [(1, 500), (2, 503), (3, 200)]


def test_a_webhook_is_given_up_in_the_end_and_the_next_one_goes_out(told, receiver):
    receiver.statuses = [500] * 4
    told.sandbox.person(ANA).says("lost")
    told.sandbox.webhooks.wait()
    told.sandbox.person(ANA).says("heard")
    told.sandbox.webhooks.wait()
    assert len(receiver.requests) == 5
    assert receiver.events[-1]["message"]["text"] == "heard"


def test_a_webhook_that_waits_for_its_next_attempt_holds_up_no_other(told, receiver):
    told.sandbox.webhooks.delays = (60.0,)
    receiver.statuses = [500]
    told.sandbox.person(ANA).says("first")
    told.sandbox.person(ANA).says("second")
    receiver.until(2)
    assert receiver.events[-1]["message"]["text"] == "second"


def test_after_an_hour_of_failures_the_app_is_unsubscribed(told, receiver):
    receiver.statuses = [500] * 8
    told.sandbox.person(ANA).says("one")
    told.sandbox.webhooks.wait()
    told.sandbox.advance(hours=1)
    told.sandbox.person(ANA).says("two")
    told.sandbox.webhooks.wait()
    told.sandbox.person(ANA).says("three")
    told.sandbox.webhooks.wait()
    assert len(receiver.requests) == 5
    token = {"Authorization": f"Bearer {told.sandbox.app_token}"}
    assert told.get("/app/subscriptions", headers=token).json()["data"][0]["active"] is False


def test_a_subscriber_who_is_not_there_is_a_problem_and_no_crash(caller, refused_url):
    caller.sandbox.webhooks.delays = ()
    caller.sandbox.subscribe(refused_url, handshake=False)
    caller.sandbox.person(ANA).says("hello")
    assert caller.sandbox.webhooks.wait()
    (delivery,) = caller.sandbox.webhooks.deliveries
    assert delivery.status == 0
    assert delivery.problem


@pytest.mark.long
def test_a_subscriber_who_answers_byte_by_byte_is_given_up(caller, wire):
    def drip(connection):
        with contextlib.suppress(OSError), connection:
            for _ in range(1200):
                connection.sendall(b"H")
                time.sleep(0.05)

    caller.sandbox.webhooks.timeout = 0.3
    begin = time.monotonic()
    assert "HTTP Status Code = 0" in caller.sandbox.webhooks.verify_callback(wire(drip).url, "\ud800")
    assert time.monotonic() - begin < 30


def test_webhooks_come_twice_on_demand(told, receiver):
    told.sandbox.webhooks.duplicates = 1.0
    told.sandbox.person(ANA).says("hello")
    told.sandbox.webhooks.wait()
    assert [event["message"]["text"] for event in receiver.events] == ["hello", "hello"]


def test_webhooks_come_out_of_order_on_demand_the_same_in_every_run(visit, receiver):
    orders = []
    for _ in range(2):
        caller = visit()
        caller.sandbox.subscribe(receiver.url, verify_token="v")
        caller.sandbox.webhooks.disorder = 5
        caller.sandbox.webhooks.hold()
        receiver.requests.clear()
        for number in range(10):
            caller.sandbox.person(ANA).says(str(number))
        caller.sandbox.webhooks.release()
        caller.sandbox.webhooks.wait()
        orders.append([event["message"]["text"] for event in receiver.events])
    assert orders[0] == orders[1]
    assert orders[0] != sorted(orders[0])
    assert sorted(orders[0]) == [str(number) for number in range(10)]


def test_several_entries_travel_together_on_demand(told, receiver):
    told.sandbox.webhooks.batch = 3
    told.sandbox.webhooks.hold()
    for number in range(7):
        told.sandbox.person(ANA).says(str(number))
    told.sandbox.webhooks.release()
    told.sandbox.webhooks.wait()
    assert [len(json.loads(body)["entry"]) for _, body in receiver.requests] == [3, 3, 1]
    assert [event["message"]["text"] for event in receiver.events] == [str(number) for number in range(7)]


def test_a_banned_person_is_not_heard(told, receiver):
    body = {"user_ids": [{"id": ANA}], "actions": ["BAN_USER"]}
    told.request("POST", "/me/moderate_conversations", json=body)
    told.sandbox.person(ANA).says("hello?")
    told.sandbox.webhooks.wait()
    assert receiver.events == []


def test_a_file_of_settings_can_subscribe(visit, receiver):
    caller = visit(webhook={"url": receiver.url, "verify_token": "v", "fields": ["messages"]})
    caller.sandbox.person(ANA).says("hello")
    caller.sandbox.webhooks.wait()
    assert len(receiver.events) == 1


def test_stopping_does_not_wait_for_what_is_not_delivered(told, receiver):
    told.sandbox.webhooks.delays = (600.0,)
    receiver.statuses = [500]
    told.sandbox.person(ANA).says("hello")
    receiver.until(1)
    told.sandbox.stop()
    assert "sandbox webhooks" not in {thread.name for thread in threading.enumerate()}
