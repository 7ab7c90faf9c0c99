"""Each event of a webhook becomes plain facts, and is recognised when it comes again."""

import pytest

from adaptor.service.inbox.facts import events_in

PAGE = {"id": "10"}
PERSON = {"id": "65"}


def item(**content):
    return {"sender": PERSON, "recipient": PAGE, "timestamp": 1458692752478, **content}


def body(*items, key="messaging", **entry):
    return {"object": "page", "entry": [{"id": "10", "time": 1458692752500, key: list(items), **entry}]}


def only(document):
    (event,) = events_in(document)
    return event


def test_a_message_has_all_its_facts():
    message = {
        "mid": "m_1",
        "text": "Yes",
        "quick_reply": {"payload": "YES"},
        "reply_to": {"mid": "m_0"},
        "attachments": [{"type": "image", "payload": {"url": "https://example.org/a.png"}}],
        "referral": {"ref": "poster", "source": "SHORTLINK", "type": "OPEN_THREAD"},
    }
    event = only(body(item(message=message)))
    assert event.facts == {
        "event": "messages",
        "page": "10",
        "psid": "65",
        "timestamp": 1458692752478,
        "mid": "m_1",
        "text": "Yes",
        "payload": "YES",
        "quick_reply": "YES",
        "attachments": message["attachments"],
        "referral": message["referral"],
        "reply_to": {"mid": "m_0"},
        "is_echo": False,
        "standby": False,
    }
    assert (event.person, event.mid, event.opens_window) == ("10/65", "m_1", True)
    assert event.body == item(message=message)


def test_facts_that_an_event_lacks_are_there_and_empty():
    facts = only(body(item(read={"watermark": 5}))).facts
    assert {name: facts[name] for name in ("text", "payload", "quick_reply", "referral", "mid")} == dict.fromkeys(
        ("text", "payload", "quick_reply", "referral", "mid")
    )
    assert facts["attachments"] == []
    assert facts["read"] == {"watermark": 5}


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        ({"postback": {"mid": "m", "title": "Go", "payload": "GO"}}, "messaging_postbacks", {"payload": "GO"}),
        ({"postback": {"payload": "G", "referral": {"ref": "r"}}}, "messaging_postbacks", {"referral": {"ref": "r"}}),
        (
            {"referral": {"ref": "r", "source": "ADS"}},
            "messaging_referrals",
            {"referral": {"ref": "r", "source": "ADS"}},
        ),
        ({"optin": {"ref": "box", "user_ref": "u"}}, "messaging_optins", {"referral": {"ref": "box"}, "user_ref": "u"}),
        ({"optin": {"type": "notification_messages", "payload": "P"}}, "messaging_optins", {"payload": "P"}),
        ({"reaction": {"mid": "m", "action": "react"}}, "message_reactions", {"mid": "m"}),
        ({"delivery": {"watermark": 1}}, "message_deliveries", {"delivery": {"watermark": 1}}),
        ({"message_edit": {"mid": "m", "text": "b", "num_edit": 2}}, "message_edits", {"text": "b", "mid": "m"}),
        ({"template": {"type": "coupon", "payload": "C"}}, "messages", {"payload": "C"}),
        ({"policy-enforcement": {"action": "block"}}, "messaging_policy_enforcement", {"psid": "65"}),
        ({"order": {"note": "n"}}, "send_cart", {"order": {"note": "n"}}),
        ({"take_thread_control": {"metadata": "x"}}, "messaging_handovers", {"take_thread_control": {"metadata": "x"}}),
        ({"payment": {"payload": "P"}}, "messaging_payments", {"payload": "P"}),
        ({"checkout_update": {"payload": "P"}}, "messaging_checkout_updates", {"payload": "P"}),
        ({"new_of_meta": {"a": 1}}, "new_of_meta", {"new_of_meta": {"a": 1}}),
    ],
)
def test_every_kind_of_event_is_told_by_its_key(content, kind, expected):
    event = only(body(item(**content)))
    assert event.kind == event.facts["event"] == kind
    assert expected.items() <= event.facts.items()


def test_an_echo_is_about_its_reader():
    echo = {"sender": PAGE, "recipient": PERSON, "timestamp": 1, "message": {"mid": "m", "is_echo": True}}
    event = only(body(echo))
    assert (event.kind, event.psid, event.facts["is_echo"], event.opens_window) == ("message_echoes", "65", True, False)


def test_an_event_of_a_page_alone_has_no_person():
    event = only(body({"recipient": PAGE, "timestamp": 1, "policy_enforcement": {"action": "block"}}))
    assert (event.psid, event.person) == (None, None)


def test_ids_that_are_numbers_become_text():
    document = {"object": "page", "entry": [{"id": 10, "messaging": [{"sender": {"id": 65}, "message": {"mid": "m"}}]}]}
    event = only(document)
    assert (event.page, event.psid) == ("10", "65")


@pytest.mark.parametrize("timestamp", [1701599111, 1701599111000, "1701599111000"])
def test_seconds_and_milliseconds_become_the_same_time(timestamp):
    event = only(body({**item(message={"mid": "m"}), "timestamp": timestamp}))
    assert (event.happened, event.facts["timestamp"]) == (1701599111.0, 1701599111000)


@pytest.mark.parametrize("timestamp", [None, True, "soon", -5, 10**400, [], {}])
def test_a_timestamp_that_is_none_is_left_out(timestamp):
    assert only(body({**item(message={"mid": "m"}), "timestamp": timestamp})).facts["timestamp"] is None


def test_every_event_of_a_batch_is_found_in_order():
    document = body(item(message={"mid": "1"}), item(message={"mid": "2"}))
    document["entry"] += body(item(message={"mid": "3"}), key="standby")["entry"]
    document["entry"] += [{"id": "10", "time": 5, "changes": [{"field": "feed", "value": {"item": "post"}}]}]
    found = events_in(document)
    assert [event.facts["mid"] for event in found] == ["1", "2", "3", None]
    assert [event.facts["standby"] for event in found] == [False, False, True, False]
    assert (found[3].kind, found[3].facts["value"]) == ("feed", {"item": "post"})


def test_the_test_button_of_the_app_dashboard_is_understood():
    event = only({"field": "messages", "value": item(message={"mid": "m", "text": "TEST"})})
    assert (event.kind, event.page, event.facts["text"]) == ("messages", "10", "TEST")


@pytest.mark.parametrize(
    "document",
    [None, [], 5, "page", {}, {"object": "page"}, {"object": "page", "entry": [{"id": "1"}, 5, None]},
     {"object": "page", "entry": {"messaging": [1]}}, {"object": "instagram", "entry": [{"messaging": [item()]}]}],
)  # fmt: skip
def test_what_holds_no_event_of_a_page_gives_none(document):
    assert events_in(document) == []


@pytest.mark.parametrize(
    "odd",
    [{}, {"message": None}, {"message": 5, "sender": 5}, {"sender": {"id": {}}, "message": {"mid": [], "text": 5}},
     {"postback": "x"}, {"message": {"attachments": [5, {"type": "image"}], "quick_reply": "x"}}],
)  # fmt: skip
def test_an_odd_event_is_stored_and_breaks_nothing(odd):
    event = only(body(odd))
    assert event.page == "10"
    assert event.mid


def test_what_meta_says_beside_the_content_is_a_fact_too():
    beside = {
        "prior_message": {"source": "checkbox_plugin", "identifier": "ref-7"},
        "hop_context": [{"app_id": 12, "metadata": "from the inbox"}],
    }
    item = {"sender": {"id": "65"}, "recipient": {"id": "10"}, "timestamp": 1, "message": {"mid": "m_1", "text": "Hi"}}
    (event,) = events_in({"object": "page", "entry": [{"id": "10", "messaging": [{**item, **beside}]}]})
    assert (event.kind, event.facts["text"], event.facts["psid"]) == ("messages", "Hi", "65")
    assert {key: event.facts[key] for key in beside} == beside
    assert not event.facts.keys() & {"sender", "recipient"}


@pytest.mark.parametrize(
    ("content", "opens"),
    [
        ({"message": {"mid": "m_1", "text": "Hi"}}, True),
        ({"message": {"mid": "m_1", "is_deleted": True}}, False),
        ({"reaction": {"mid": "m_1", "action": "react", "reaction": "love"}}, True),
        ({"reaction": {"mid": "m_1", "action": "unreact"}}, False),
        ({"referral": {"ref": "visit", "source": "SHORTLINK", "type": "OPEN_THREAD"}}, True),
        # Of an ad only the message that follows counts.
        ({"referral": {"ad_id": "7", "source": "ADS", "type": "OPEN_THREAD"}}, False),
        ({"read": {"watermark": 1458668856253}}, False),
    ],
)
def test_only_what_meta_counts_opens_the_window(content, opens):
    item = {"sender": {"id": "65"}, "timestamp": 1458692752478, **content}
    (event,) = events_in({"object": "page", "entry": [{"id": "10", "messaging": [item]}]})
    assert event.opens_window is opens


def test_a_redelivery_is_the_same_event_and_a_second_act_another():
    def key(document):
        event = only(document)
        return event.page, event.kind, event.mid

    react = item(reaction={"mid": "m", "action": "react"})
    assert key(body(react)) == key(body(react, time=9))
    assert key(body(react)) != key(body({**react, "timestamp": 1458692752479}))
    # Two without a time of their own are told apart by the time of their entry.
    feedback = {"sender": PERSON, "messaging_feedback": {"feedback_screens": []}}
    assert key(body(feedback)) != key(body(feedback, time=9))
    # A message, and that it was taken back.
    message = {"mid": "m"}
    assert key(body(item(message=message))) != key(body(item(message={**message, "is_deleted": True})))
