import pytest

ANA = "6543210987654321"
FEEDBACK = {
    "template_type": "customer_feedback",
    "title": "How was it?",
    "feedback_screens": [{"questions": [{"id": "q1", "type": "csat", "score_option": "five_stars"}]}],
    "business_privacy": {"url": "https://example.com"},
}


@pytest.mark.parametrize("kind", [None, "RESPONSE", "UPDATE"])
def test_the_window_is_open_for_exactly_24_hours(caller, code, kind):
    caller.sandbox.person_writes(ANA, "hello")
    caller.sandbox.advance(hours=24)
    assert code(caller.send({"text": "hi"}, messaging_type=kind)) == ("ok",)
    caller.sandbox.advance(seconds=1)
    assert code(caller.send({"text": "hi"}, messaging_type=kind)) == (10, 2018278)


def test_a_person_who_writes_opens_it_again(caller, code):
    caller.send({"text": "hi"})
    caller.sandbox.advance(hours=48)
    assert code(caller.send({"text": "hi"})) == (10, 2018278)
    caller.sandbox.person_writes(ANA, "hello")
    assert code(caller.send({"text": "hi"})) == ("ok",)


def test_the_page_does_not_open_it_by_writing(caller, code):
    for _ in range(2):
        caller.send({"text": "hi"})
        caller.sandbox.advance(hours=13)
    assert code(caller.send({"text": "hi"})) == (10, 2018278)


def test_somebody_who_never_wrote_has_no_window(visit, code):
    caller = visit(people=[{"id": ANA, "last_message_hours_ago": None}])
    assert code(caller.send({"text": "hi"})) == (10, 2018278)


def test_a_stranger_in_an_open_house_wrote_a_minute_ago_whatever_the_clock_says(caller, code):
    caller.sandbox.advance(days=300)
    assert code(caller.send({"text": "hi"})) == ("ok",)


def test_a_closed_window_does_not_stop_a_sender_action(visit, code):
    caller = visit(people=[{"id": ANA, "last_message_hours_ago": 30}])
    assert code(caller.post({"recipient": {"id": ANA}, "sender_action": "mark_seen"})) == ("ok",)


def test_a_human_agent_may_answer_for_seven_days(caller, code):
    tagged = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    caller.sandbox.person_writes(ANA, "hello")
    caller.sandbox.advance(days=7)
    assert code(caller.send({"text": "hi"}, **tagged)) == ("ok",)
    caller.sandbox.advance(seconds=1)
    assert code(caller.send({"text": "hi"}, **tagged)) == (10, 2018278)


def test_customer_feedback_may_be_asked_for_seven_days_with_its_template_only(caller, code):
    tagged = {"messaging_type": "MESSAGE_TAG", "tag": "CUSTOMER_FEEDBACK"}
    caller.sandbox.person_writes(ANA, "hello")
    caller.sandbox.advance(days=7)
    assert code(caller.template(FEEDBACK, **tagged)) == ("ok",)
    assert code(caller.send({"text": "hi"}, **tagged)) == (100, None)
    assert code(caller.template(FEEDBACK)) == (10, 2018278)


@pytest.mark.parametrize("tag", ["CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE", "ACCOUNT_UPDATE"])
def test_a_dead_tag_is_refused_with_what_to_use_instead(caller, code, tag):
    response = caller.send({"text": "hi"}, messaging_type="MESSAGE_TAG", tag=tag)
    assert code(response) == (100, 1893061)
    assert "utility message" in response.json()["error"]["error_user_msg"]


@pytest.mark.parametrize(
    "parameters",
    [
        {"messaging_type": "MESSAGE_TAG"},
        {"messaging_type": "MESSAGE_TAG", "tag": "ISSUE_RESOLUTION"},
        {"messaging_type": "RESPONSE", "tag": "HUMAN_AGENT"},
        {"tag": "HUMAN_AGENT"},
        {"messaging_type": "NON_PROMOTIONAL_SUBSCRIPTION"},
        {"messaging_type": "response"},
        {"messaging_type": "UTILITY"},
    ],
)
def test_other_combinations_are_no_occasion_to_write(caller, code, parameters):
    assert code(caller.send({"text": "hi"}, **parameters)) == (100, None)
