"""What an event means for its person."""

import pytest

from adaptor.runner.load.triggers.people_rules import PeopleRules
from adaptor.service.inbox.facts import events_in
from adaptor.service.triggers.judgement import judged

RULES = PeopleRules(frozenset({"stop", "acha", "رق"}), frozenset({"start"}), 60.0)


def event(item):
    (found,) = events_in({"object": "page", "entry": [{"id": "10", "messaging": [{"sender": {"id": "65"}, **item}]}]})
    return found


@pytest.mark.parametrize(
    ("item", "stops"),
    [
        ({"message": {"mid": "m", "text": " STOP. 🙏"}}, True),
        ({"message": {"mid": "m", "text": "رق"}}, True),
        ({"message": {"mid": "m", "text": "Please do not stop"}}, None),
        ({"message": {"mid": "m", "text": "x", "quick_reply": {"payload": "START"}}}, False),
        ({"message": {"mid": "m"}}, None),
        ({"postback": {"title": "Stop", "payload": "P"}}, True),
        ({"optin": {"type": "notification_messages", "notification_messages_status": "STOP NOTIFICATIONS"}}, True),
        ({"optin": {"type": "notification_messages", "notification_messages_status": "RESUME_NOTIFICATIONS"}}, False),
        ({"optin": {"ref": "stop"}}, None),
        ({"reaction": {"mid": "m", "emoji": "stop"}}, None),
    ],
)
def test_whole_words_that_a_person_says_are_a_wish(item, stops):
    assert judged(event(item), RULES).stops is stops


@pytest.mark.parametrize(
    ("content", "app_ids", "pauses"),
    [
        ({"app_id": 263902037430900}, ("77",), 60.0),
        ({}, ("77",), 60.0),
        ({"app_id": 77}, ("77",), 0.0),
        ({"app_id": "88", "metadata": "theirs"}, ("77",), 60.0),
        ({"app_id": "88", "metadata": "theirs"}, (), 0.0),
        ({"app_id": "88"}, (), 60.0),
    ],
)
def test_the_echo_of_a_human_pauses(content, app_ids, pauses):
    item = {"sender": {"id": "10"}, "recipient": {"id": "65"}, "message": {"mid": "m", "is_echo": True, **content}}
    assert judged(event(item), RULES, app_ids).pauses == pauses


def test_what_the_ledger_has_marked_is_never_a_human():
    from adaptor.ledger.claims.write_id import is_write_id

    marked = "A" * 24
    assert is_write_id(marked)
    item = {"message": {"mid": "m", "is_echo": True, "metadata": marked, "app_id": 5}, "recipient": {"id": "65"}}
    assert judged(event({**item, "sender": {"id": "10"}}), RULES, ("77",)).pauses == 0.0
